import { attempt, linkSignals, waitFor, type Coordinator } from "@moldau/connection-pool";
import { ErrorCode, type KafkaError } from "@moldau/protocol-codec";
import { withJson } from "@moldau/protocol-codec/internal";
import type { ClusterView } from "../cluster-view.js";
import type { RetryNotice } from "../events.js";
import type { MemberIdentity } from "../membership/membership.js";
import { partitionKey, type TopicPartitionOffset } from "../partitions/topic-partition.js";
import { judgeCommit, type CommitOutcome } from "./commit-outcome.js";
import { commitOffsets, type CommittableOffset } from "./commit-request.js";

/** An offset to commit. */
export interface OffsetToCommit extends CommittableOffset {
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
  /** Under which the offsets were taken; the commit ends with it. */
  readonly identity: MemberIdentity;
  readonly offsets: readonly OffsetToCommit[];
  /** Each of them ends it, too. */
  readonly signals: readonly (AbortSignal | undefined)[];
  /** When to give up, in milliseconds of the clock. */
  readonly deadline: number;
  /** The coordinator refused the member itself. */
  readonly expelled: (error: KafkaError) => void;
  readonly retrying: (notice: RetryNotice) => void;
}

/**
 * One commit on its way, bound to the round of the group and the stays of the partitions that it was made under.
 *
 * Each partition has its own outcome. What is kept, or never will be, is left out when the rest is tried again.
 */
export class PendingCommit {
  readonly #init: PendingCommitInit;
  readonly #left: Map<string, OffsetToCommit>;
  readonly #kept: TopicPartitionOffset[] = [];
  readonly #refused: RefusedOffset[] = [];

  constructor(init: PendingCommitInit) {
    this.#init = init;
    this.#left = new Map(init.offsets.map((each) => [partitionKey(each.topic, each.partition), each]));
  }

  /** What became of the offsets so far. */
  get result(): CommitResult {
    return { kept: this.#kept, refused: this.#refused };
  }

  /**
   * Tries until each offset is kept or refused.
   *
   * @throws {KafkaError} what the coordinator said of the member or the group; the last passing failure when the time is
   * over; CLIENT_NOT_ASSIGNED when the round ended meanwhile; CLIENT_ABORTED, or the reason of the signal that ended it.
   */
  async run(): Promise<void> {
    const { cluster, identity, signals, deadline, retrying } = this.#init;
    const { signal, unlink } = linkSignals(identity.ended, ...signals);
    try {
      await attempt(() => this.#attempt(signal), {
        pace: cluster.options,
        signals: [signal],
        deadline,
        retrying: (failed) => retrying({ operation: "commit", ...failed }),
      });
    } finally {
      unlink();
    }
  }

  async #attempt(signal: AbortSignal): Promise<void> {
    if (this.#left.size === 0) return;
    const { cluster, coordinator, identity, deadline } = this.#init;
    const timeoutMs = Math.max(1, Math.min(cluster.options.requestTimeoutMs, deadline - cluster.clock.monotonic()));
    const answer = await commitOffsets(coordinator, [...this.#left.values()], { identity, signal, timeoutMs });
    const unknown: RefusedOffset[] = [];
    const failures: KafkaError[] = [];
    for (const [key, offset] of [...this.#left]) {
      const { key: groupId } = coordinator;
      const outcome = judgeCommit(answer.get(key), { ...offset, groupId });
      if (outcome.name === "unknown") unknown.push({ ...offset, error: outcome.error });
      else this.#note(offset, outcome, failures);
    }
    failures.push(...(await this.#settleUnknown(unknown, signal)));
    const [failure] = failures;
    if (failure !== undefined) throw failure;
  }

  #note(offset: OffsetToCommit, outcome: CommitOutcome, failures: KafkaError[]): void {
    switch (outcome.name) {
      case "kept":
        this.#kept.push(plain(offset));
        return this.#settle(offset, "kept");
      case "refused":
        return this.#refuse({ ...offset, error: outcome.error });
      case "expelled":
        this.#init.expelled(outcome.error);
        failures.unshift(outcome.error);
        return;
      case "fatal":
        failures.unshift(outcome.error);
        return;
      case "again":
      case "unknown":
        this.#forgetCoordinator(outcome.error);
        failures.push(outcome.error);
    }
  }

  /** A partition that the metadata does not know either was deleted: its offset will never be kept. What remains is tried again. */
  async #settleUnknown(unknown: readonly RefusedOffset[], signal: AbortSignal): Promise<KafkaError[]> {
    const [first] = unknown;
    if (first === undefined) return [];
    const { cluster, deadline } = this.#init;
    const { clock } = cluster;
    const refreshed = cluster.refreshTopics(new Set(unknown.map(({ topic }) => topic)));
    await waitFor(refreshed, { clock, signal, timeoutMs: deadline - clock.monotonic(), late: () => first.error });
    return unknown.flatMap((offset) => {
      if (cluster.cachedTopic(offset.topic)?.partitions[offset.partition] !== undefined) return [offset.error];
      this.#refuse(offset);
      return [];
    });
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

function plain({ topic, partition, offset }: TopicPartitionOffset): TopicPartitionOffset {
  return withJson({ topic, partition, offset });
}
