import type { Cluster } from "@moldau/connection-pool";
import { ErrorCode, OffsetCommit, type KafkaError } from "@moldau/protocol-codec";
import PQueue from "p-queue";
import { newestOffsetsVersion } from "../apis.js";
import { untilDone, type RetryNotice } from "../attempts.js";
import { asKafkaError, notAMember } from "../errors.js";
import type { GroupCoordinator } from "../membership/coordinator.js";
import type { MemberIdentity } from "../membership/membership.js";
import { groupByTopic, type TopicPartitionOffset } from "../partitions/topic-partition.js";

/** An offset to commit. */
export interface OffsetToCommit extends TopicPartitionOffset {
  /** Epoch of the leader that the last message before it came from, -1 when unknown. */
  readonly leaderEpoch: number;
  /** Takes note that the coordinator keeps it. */
  readonly kept: () => void;
}

/** How a commit is made. */
export interface CommitOptions {
  readonly signal: AbortSignal;
  /** Time for it with all attempts, in milliseconds. */
  readonly timeoutMs: number;
}

/** What committing needs, and whom it tells. */
export interface CommitterInit {
  readonly cluster: Cluster;
  readonly coordinator: GroupCoordinator;
  readonly groupInstanceId: string | null;
  /** Who commits: undefined while no partitions are owned. */
  readonly identity: () => MemberIdentity | undefined;
  /** The coordinator refused the member itself. */
  readonly refused: (error: KafkaError, identity: MemberIdentity) => void;
  readonly committed: (offsets: readonly OffsetToCommit[]) => void;
  readonly retrying: (notice: RetryNotice) => void;
}

/** Commits offsets, one request after another: an older commit that is tried again can never overtake a newer one. */
export class Committer {
  readonly #init: CommitterInit;
  readonly #queue = new PQueue({ concurrency: 1 });

  constructor(init: CommitterInit) {
    this.#init = init;
  }

  /**
   * Commits what `offsets` gives at the moment when the commit's turn has come.
   *
   * @throws {KafkaError} what the coordinator said; CLIENT_NOT_ASSIGNED while the consumer is no member of its group.
   */
  async commit(offsets: () => readonly OffsetToCommit[], { signal, timeoutMs }: CommitOptions): Promise<void> {
    const { cluster, retrying } = this.#init;
    const deadline = cluster.clock.monotonic() + timeoutMs;
    await this.#queue.add(async () => {
      const wanted = offsets();
      if (wanted.length === 0) return;
      await untilDone(() => this.#attempt(wanted, { signal, deadline }), {
        cluster,
        operation: "commit",
        signal,
        deadline,
        retrying,
      });
    });
  }

  async #attempt(
    offsets: readonly OffsetToCommit[],
    { signal, deadline }: { readonly signal: AbortSignal; readonly deadline: number },
  ): Promise<void> {
    const { cluster, coordinator, groupInstanceId, committed } = this.#init;
    const { groupId } = coordinator;
    const identity = this.#init.identity();
    if (identity === undefined) throw notAMember(groupId);
    const topics = [...groupByTopic(offsets)].map(([name, group]) => ({
      name,
      partitions: group.map(({ partition, offset, leaderEpoch }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedLeaderEpoch: leaderEpoch,
        committedMetadata: "",
      })),
    }));
    const body = { groupId, generationIdOrMemberEpoch: identity.generationId, memberId: identity.memberId, topics };
    const timeoutMs = Math.max(1, Math.min(cluster.options.requestTimeoutMs, deadline - cluster.clock.monotonic()));
    const answer = await coordinator.request(
      OffsetCommit,
      (version) => (version >= 7 ? { ...body, groupInstanceId } : body),
      {
        lane: "offsets",
        signal,
        timeoutMs,
        maxVersion: newestOffsetsVersion,
      },
    );
    for (const topic of answer.topics) {
      for (const { partitionIndex, errorCode } of topic.partitions)
        this.#check(errorCode, identity, { topic: topic.name, partition: partitionIndex });
    }
    for (const { kept } of offsets) kept();
    committed(offsets);
  }

  #check(
    errorCode: number,
    identity: MemberIdentity,
    facts: { readonly topic: string; readonly partition: number },
  ): void {
    try {
      this.#init.coordinator.check(errorCode, OffsetCommit, facts);
    } catch (thrown) {
      const error = asKafkaError(thrown);
      if (isAboutTheMember(errorCode)) this.#init.refused(error, identity);
      throw error;
    }
  }
}

/** Whether the coordinator refuses the member and not the offset. */
function isAboutTheMember(errorCode: number): boolean {
  return (
    errorCode === ErrorCode.REBALANCE_IN_PROGRESS ||
    errorCode === ErrorCode.ILLEGAL_GENERATION ||
    errorCode === ErrorCode.UNKNOWN_MEMBER_ID ||
    errorCode === ErrorCode.FENCED_INSTANCE_ID
  );
}
