import {
  asKafkaError,
  attempt,
  linkSignals,
  onAbort,
  waitFor,
  type Coordinator,
  type TopicMetadata,
} from "@moldau/connection-pool";
import { ErrorCode, type KafkaError, type Uuid } from "@moldau/protocol-codec";
import { withJson } from "@moldau/protocol-codec/internal";
import type { ClusterView } from "../cluster-view.js";
import type { RetryNotice } from "../events.js";
import { roundAwaited } from "../errors.js";
import type { MemberIdentity, Membership } from "../membership/membership.js";
import { partitionKey, type TopicPartitionOffset } from "../partitions/topic-partition.js";
import { isAboutMember, judgeCommit, type CommitOutcome } from "./commit-outcome.js";
import { commitOffsets, type CommittableOffset } from "./commit-request.js";

/** An offset to commit. */
export interface OffsetToCommit extends CommittableOffset {
  /** Fires, with why, when nobody here has the right to commit it any more: the stay of its partition is over. */
  readonly ended: AbortSignal;
  /** Takes note that the coordinator keeps it, or never will: either way it is not to be committed again. */
  readonly settle: (outcome: "kept" | "refused") => void;
}

/** An offset that the coordinator will never keep, and why. */
export interface RefusedOffset extends TopicPartitionOffset {
  readonly error: KafkaError;
}

/** What became of the offsets of a commit. */
export interface CommitResult {
  readonly kept: readonly TopicPartitionOffset[];
  readonly refused: readonly RefusedOffset[];
}

/** What a commit needs, and whom it tells. */
export interface PendingCommitInit {
  readonly cluster: ClusterView;
  readonly coordinator: Coordinator;
  /** Under whose identity it is made, whichever that is at the moment. */
  readonly membership: Pick<Membership, "nextIdentity" | "observe">;
  readonly offsets: readonly OffsetToCommit[];
  /** Each of them ends it, too. */
  readonly signals: readonly (AbortSignal | undefined)[];
  /** When to give up, in milliseconds of the clock. */
  readonly deadline: number;
  readonly retrying: (notice: RetryNotice) => void;
}

/**
 * One commit on its way, bound to the stays of the partitions that it was made under: rounds of the group may come and go meanwhile. Between two
 * of them it waits; what the coordinator refuses under one identity of the member is asked for again under the next.
 *
 * Each partition has its own outcome. What is kept, or never will be, or has gone to others, is left out when the rest is tried again.
 */
export class PendingCommit {
  readonly #init: PendingCommitInit;
  readonly #left: Map<string, OffsetToCommit>;
  readonly #kept: TopicPartitionOffset[] = [];
  readonly #refused: RefusedOffset[] = [];
  readonly #gone: RefusedOffset[] = [];
  /** Fires when the commit is over, however it ended. */
  readonly #over = new AbortController();
  /** What the coordinator does not know the member as any more. */
  #refusedAs: MemberIdentity | undefined;

  constructor(init: PendingCommitInit) {
    this.#init = init;
    this.#left = new Map(init.offsets.map((each) => [partitionKey(each.topic, each.partition), each]));
  }

  /** What became of the offsets so far. */
  get result(): CommitResult {
    return { kept: this.#kept, refused: this.#refused };
  }

  /** Of which partitions the stay ended before the coordinator had answered for good. */
  get gone(): readonly RefusedOffset[] {
    return this.#gone;
  }

  /**
   * Tries until each offset is kept or refused, or its partition was given up.
   *
   * @throws {KafkaError} what the coordinator said of the member or the group; the last passing failure when the time is
   * over; CLIENT_ABORTED, or the reason of the signal that ended it.
   */
  async run(): Promise<void> {
    const { cluster, signals, deadline, offsets, retrying } = this.#init;
    const forget = offsets.map((offset) => onAbort(offset.ended, () => this.#lose(offset)));
    const { signal, unlink } = linkSignals(this.#over.signal, ...signals);
    try {
      await attempt(() => this.#attempt(signal), {
        pace: cluster.options,
        signals: [signal],
        deadline,
        retrying: (failed) => retrying({ operation: "commit", ...failed }),
      });
    } catch (error) {
      if (this.#left.size > 0) throw error;
    } finally {
      this.#over.abort();
      for (const each of forget) each();
      unlink();
    }
  }

  async #attempt(signal: AbortSignal): Promise<void> {
    while (this.#left.size > 0) {
      const { cluster, coordinator, deadline, membership } = this.#init;
      const identity = await this.#identity(signal);
      const timeoutMs = Math.max(1, Math.min(cluster.options.requestTimeoutMs, deadline - cluster.clock.monotonic()));
      const answer = await commitOffsets(coordinator, [...this.#left.values()], { identity, signal, timeoutMs });
      const refusal = await this.#judge(answer, identity, signal);
      if (refusal === undefined) return;
      membership.observe(refusal.error, identity);
      if (refusal.name !== "superseded") throw refusal.error;
      this.#refusedAs = identity;
    }
  }

  async #identity(signal: AbortSignal): Promise<MemberIdentity> {
    const { cluster, coordinator, deadline, membership } = this.#init;
    const { clock } = cluster;
    const late = (): KafkaError => roundAwaited(coordinator.key);
    const next = membership.nextIdentity(this.#refusedAs, signal);
    return waitFor(next, { clock, signal, timeoutMs: Math.max(0, deadline - clock.monotonic()), late });
  }

  /** What the answer amounts to for each partition; what it says of the member. Throws what else keeps the rest from being kept. */
  async #judge(
    answer: ReadonlyMap<string, number>,
    identity: MemberIdentity,
    signal: AbortSignal,
  ): Promise<AboutMember | undefined> {
    const { key: groupId } = this.#init.coordinator;
    const unknown: UnknownOffset[] = [];
    const failures: KafkaError[] = [];
    let aboutMember: AboutMember | undefined;
    for (const [key, offset] of [...this.#left]) {
      const outcome = judgeCommit(answer.get(key), { ...offset, groupId });
      if (outcome.name === "unknown") unknown.push({ ...offset, error: outcome.error });
      else if (isOfMember(outcome)) aboutMember ??= outcome;
      else this.#note(offset, outcome, failures);
    }
    if (aboutMember !== undefined) return aboutMember;
    const rebalancing = failures.find(({ errorCode = 0 }) => isAboutMember(errorCode));
    if (rebalancing !== undefined) this.#init.membership.observe(rebalancing, identity);
    failures.push(...(await this.#settleUnknown(unknown, signal)));
    const [failure] = failures;
    if (failure !== undefined) throw failure;
    return undefined;
  }

  #note(
    offset: OffsetToCommit,
    outcome: Exclude<CommitOutcome, AboutMember | { readonly name: "unknown" }>,
    failures: KafkaError[],
  ): void {
    switch (outcome.name) {
      case "kept":
        this.#kept.push(plain(offset));
        return this.#settle(offset, "kept");
      case "refused":
        return this.#refuse({ ...offset, error: outcome.error });
      case "fatal":
        failures.unshift(outcome.error);
        return;
      case "again":
        this.#forgetCoordinator(outcome.error);
        failures.push(outcome.error);
    }
  }

  /** A partition that the metadata does not know either, or only of another topic of the same name, was deleted: its offset will never be kept. What remains is tried again. */
  async #settleUnknown(unknown: readonly UnknownOffset[], signal: AbortSignal): Promise<KafkaError[]> {
    const [first] = unknown;
    if (first === undefined) return [];
    const { cluster, deadline } = this.#init;
    const { clock } = cluster;
    const refreshed = cluster.refreshTopics(new Set(unknown.map(({ topic }) => topic)));
    await waitFor(refreshed, { clock, signal, timeoutMs: deadline - clock.monotonic(), late: () => first.error });
    return unknown.flatMap((offset) => {
      if (isKnown(offset, cluster.cachedTopic(offset.topic))) return [offset.error];
      this.#refuse(offset);
      return [];
    });
  }

  /** The partition was given up; without any that is left there is nothing more to be done. */
  #lose(offset: OffsetToCommit): void {
    const key = partitionKey(offset.topic, offset.partition);
    if (!this.#left.delete(key)) return;
    this.#gone.push({ ...plain(offset), error: asKafkaError(offset.ended.reason) });
    if (this.#left.size === 0) this.#over.abort(offset.ended.reason);
  }

  #refuse(offset: RefusedOffset): void {
    this.#refused.push(withJson({ ...plain(offset), error: offset.error }));
    this.#settle(offset, "refused");
  }

  #settle({ topic, partition }: TopicPartitionOffset, outcome: "kept" | "refused"): void {
    const key = partitionKey(topic, partition);
    this.#left.get(key)?.settle(outcome);
    this.#left.delete(key);
  }

  #forgetCoordinator({ errorCode }: KafkaError): void {
    if (errorCode === ErrorCode.NOT_COORDINATOR || errorCode === ErrorCode.COORDINATOR_NOT_AVAILABLE)
      this.#init.coordinator.forget();
  }
}

/** An offset of a partition that the coordinator does not know. */
interface UnknownOffset extends RefusedOffset {
  readonly topicId: Uuid;
}

function isKnown({ partition, topicId }: UnknownOffset, topic: TopicMetadata | undefined): boolean {
  if (topic?.partitions[partition] === undefined) return false;
  return topicId.isZero || topic.topicId.isZero || topic.topicId.equals(topicId);
}

/** What was said of the member, and so of all that it would commit. */
type AboutMember = Extract<CommitOutcome, { readonly name: "superseded" | "expelled" }>;

function isOfMember(outcome: CommitOutcome): outcome is AboutMember {
  return outcome.name === "superseded" || outcome.name === "expelled";
}

function plain({ topic, partition, offset }: TopicPartitionOffset): TopicPartitionOffset {
  return withJson({ topic, partition, offset });
}
