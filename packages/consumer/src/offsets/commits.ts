import { invalidArgument, isPlainObject, type Cluster } from "@moldau/connection-pool";
import { ErrorCode, type KafkaError } from "@moldau/protocol-codec";
import type { AssignedPartition } from "../partitions/assigned-partition.js";
import type { Assignment } from "../partitions/assignment.js";
import { asKafkaError, ConsumerErrorCode, notAssigned } from "../errors.js";
import type { Tell } from "../events.js";
import type { Membership } from "../membership/membership.js";
import type { GroupCoordinator } from "../membership/coordinator.js";
import { MessageBatch } from "../reading/message-batch.js";
import { Message } from "../reading/message.js";
import { CommitScheduler } from "./commit-scheduler.js";
import { Committer, type OffsetToCommit } from "./committer.js";
import type { ResolvedConsumerOptions } from "../options.js";
import type { Reader } from "../reading/reader.js";
import type { TopicPartition, TopicPartitionOffset } from "../partitions/topic-partition.js";

/** What commits need, and whom they tell. */
export interface CommitsInit {
  readonly cluster: Cluster;
  readonly coordinator: GroupCoordinator;
  readonly options: ResolvedConsumerOptions;
  readonly membership: Membership;
  readonly assignment: Assignment;
  readonly reader: Reader;
  readonly tell: Tell;
  readonly failed: (error: KafkaError) => void;
}

/** What can be committed: a message or batch as done, or offsets to read next. */
export type Committable = Message | MessageBatch | readonly TopicPartitionOffset[];

/** Knows what is done, and commits it: when told to, every now and then, and before partitions are given up. */
export class Commits {
  readonly #init: CommitsInit;
  readonly #committer: Committer;
  readonly #scheduler: CommitScheduler;
  /** Ends commits that go out by themselves, so that the last one does not wait for them. */
  readonly #background = new AbortController();

  constructor(init: CommitsInit) {
    const { cluster, coordinator, options, membership, reader, tell } = init;
    this.#init = init;
    this.#committer = new Committer({
      cluster,
      coordinator,
      groupInstanceId: options.groupInstanceId,
      identity: () => membership.identity,
      refused: (error, identity) => membership.observe(error, identity),
      committed: (offsets) =>
        tell("committed", { offsets: offsets.map(({ topic, partition, offset }) => ({ topic, partition, offset })) }),
      retrying: (notice) => tell("retrying", notice),
    });
    this.#scheduler = new CommitScheduler({
      clock: cluster.clock,
      intervalMs: options.autoCommitIntervalMs,
      commit: () => this.commitDone(cluster.options.requestTimeoutMs),
      isActive: () => reader.isActive,
    });
  }

  /** Something was handed out or became done. */
  progressed(): void {
    if (this.#init.options.autoCommit) this.#scheduler.progressed();
  }

  /** Commits what the application says, or with undefined everything that is done. Throws what the coordinator said. */
  async commit(
    what: Committable | undefined,
    options: { readonly signal: AbortSignal; readonly timeoutMs: number },
  ): Promise<void> {
    const offsets = what === undefined ? undefined : this.#parse(what);
    await this.#committer.commit(() => offsets ?? this.#done(), options);
  }

  /**
   * Commits automatically what is done. Never rejects: what passes is tried again the next time, what is about the membership
   * has its consequences there, and the rest ends the reading.
   */
  async commitDone(timeoutMs: number): Promise<void> {
    if (!this.#init.options.autoCommit) return;
    try {
      await this.#committer.commit(() => (this.#init.membership.identity === undefined ? [] : this.#done()), {
        signal: this.#background.signal,
        timeoutMs,
      });
    } catch (thrown) {
      const error = asKafkaError(thrown);
      if (this.#background.signal.aborted || isAboutMembership(error)) return;
      if (error.retriable)
        this.#init.tell("retrying", { operation: "commit", error, delayMs: this.#init.options.autoCommitIntervalMs });
      else this.#init.failed(error);
    }
  }

  /** Commits what is done for the last time. Throws what the coordinator said. */
  async close(timeoutMs: number): Promise<void> {
    this.#scheduler.stop();
    this.#background.abort();
    const { options, membership } = this.#init;
    if (!options.autoCommit || membership.identity === undefined) return;
    await this.#committer
      .commit(() => this.#done(), { signal: new AbortController().signal, timeoutMs })
      .catch((error: unknown) => {
        // The group went on without this member: the messages are delivered again to whoever has the partitions now.
        if (!isAboutMembership(asKafkaError(error))) throw error;
      });
  }

  /** What is done and not committed yet. */
  #done(): OffsetToCommit[] {
    const offsets: OffsetToCommit[] = [];
    for (const partition of this.#init.assignment) {
      const { due } = partition;
      if (due !== undefined) offsets.push(this.#toCommit(partition, due.offset, due.leaderEpoch));
    }
    return offsets;
  }

  #toCommit(assigned: AssignedPartition, offset: bigint, leaderEpoch: number): OffsetToCommit {
    const { topic, partition, version, done } = assigned;
    // Whoever commits less than is done means it: automatic commits do not go over that before something more is done.
    const kept = (): void => {
      if (assigned.version === version) assigned.committedAt(offset > done ? offset : done);
    };
    return { topic, partition, offset, leaderEpoch, kept };
  }

  #parse(what: Committable): OffsetToCommit[] {
    if (what instanceof Message) return [this.#mark(what, Message.stayOf(what), what.offset + 1n)];
    if (what instanceof MessageBatch) return [this.#mark(what, MessageBatch.stayOf(what), what.nextOffset)];
    if (!Array.isArray(what))
      throw invalidArgument(
        "commit: expected a message, a batch, or offsets such as [{ topic, partition, offset: 42n }].",
      );
    return what.map((each: unknown, index) => this.#parseOffset(each, index));
  }

  #mark(what: TopicPartition & { readonly leaderEpoch: number }, stay: object, offset: bigint): OffsetToCommit {
    const assigned = this.#init.assignment.find(what);
    if (assigned === undefined || assigned !== stay) {
      throw notAssigned(
        what,
        "was given up since the message was received, so the message cannot be committed any more: it is delivered again.",
      );
    }
    assigned.mark(offset);
    return this.#toCommit(assigned, offset, what.leaderEpoch);
  }

  #parseOffset(value: unknown, index: number): OffsetToCommit {
    const { topic, partition, offset } = parseOffset(value, `commit: offsets[${index}]`);
    const assigned = this.#init.assignment.find({ topic, partition });
    if (assigned === undefined) return { topic, partition, offset, leaderEpoch: -1, kept: () => undefined };
    // Beyond what was handed out, nothing is done yet.
    if (assigned.isReady && offset <= assigned.position) assigned.mark(offset);
    return this.#toCommit(assigned, offset, -1);
  }
}

function parseOffset(value: unknown, path: string): TopicPartitionOffset {
  const { topic, partition, offset }: { topic?: unknown; partition?: unknown; offset?: unknown } = isPlainObject(value)
    ? value
    : {};
  if (typeof topic !== "string" || topic === "") throw invalidArgument(`${path}.topic must be the name of a topic.`);
  if (typeof partition !== "number" || !Number.isInteger(partition) || partition < 0)
    throw invalidArgument(`${path}.partition must be a whole number from 0.`);
  if (typeof offset !== "bigint" || offset < 0n)
    throw invalidArgument(`${path}.offset must be a bigint from 0n, the next offset to read.`);
  return { topic, partition, offset };
}

/** Whether the coordinator refused the member and not the commit. */
function isAboutMembership({ code, errorCode }: KafkaError): boolean {
  return (
    code === ConsumerErrorCode.NOT_ASSIGNED ||
    errorCode === ErrorCode.REBALANCE_IN_PROGRESS ||
    errorCode === ErrorCode.ILLEGAL_GENERATION ||
    errorCode === ErrorCode.UNKNOWN_MEMBER_ID ||
    errorCode === ErrorCode.FENCED_INSTANCE_ID
  );
}
