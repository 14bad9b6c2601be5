import {
  ErrorCode,
  type ConsumerGroupHeartbeatRequest,
  type DeleteGroupsRequest,
  type HeartbeatRequest,
  type JoinGroupRequest,
  type LeaveGroupRequest,
  type OffsetCommitRequest,
  type OffsetDeleteRequest,
  type SyncGroupRequest,
  Uuid,
} from "@moldau/protocol-codec";
import {
  failedJoin,
  failedSync,
  type JoinAnswer,
  type LeaveAnswer,
  type MemberIdentity,
  type SyncAnswer,
} from "./classic/events.js";
import { CoordinatorError, errorCodeOf } from "../coordination/coordinator-error.js";
import type { CoordinatorLog, TransactionalProducer } from "../coordination/coordinator-log.js";
import { ShardTable } from "../coordination/shard-table.js";
import { groupsTopic } from "../cluster/internal-topics.js";
import type { Caller, GroupCoordinatorOptions, GroupTopics } from "./coordinator-options.js";
import { describeGroup, groupFailure, listGroup, type GroupFilter, type GroupListing } from "./listing.js";
import { heartbeatProblem } from "./consumer/check-heartbeat.js";
import { ConsumerProtocol } from "./consumer/consumer-protocol.js";
import { consumerGroupFailure, describeConsumerGroup, type ConsumerGroupDescription } from "./consumer/description.js";
import { failedHeartbeat, type ConsumerHeartbeatAnswer } from "./consumer/events.js";
import type { FetchClaim, GroupDescription } from "./group-view.js";
import { groupTidings, type GroupTidings } from "./group-tidings.js";
import { newMemberId } from "./member-id.js";
import { commitOffsets, type CommittedTopic } from "./offset-commit.js";
import { fetchAllOffsets, fetchOffsets, type FetchedTopic, type TopicToFetch } from "./offset-fetch.js";
import { deleteGroupError, deleteOffsets, groupTombstones, type DeletedOffsets } from "./removal.js";
import { groupSettings, type GroupSettings } from "./settings.js";
import { GroupShard, type ShardView } from "./group-shard.js";
import type { EndMarker } from "../transactions/marker.js";

/** Offsets that are committed in a transaction, and the member that read up to them. */
export type TransactionalOffsets = Omit<OffsetCommitRequest, "retentionTimeMs">;

/** How committed offsets are asked for. */
export interface FetchOptions {
  /** Whether what is being written is waited for, and offsets of open transactions are refused (KIP-447). */
  readonly requireStable: boolean;
  /** The member that asks. Default: nobody. */
  readonly claim?: FetchClaim | undefined;
}

const nobody: FetchClaim = { memberId: null, memberEpoch: -1 };

/** What a client hears of a coordinator that is elsewhere or not ready. A transaction's coordinator looks for the leader of a partition. */
const notServed: ReadonlySet<number> = new Set([
  ErrorCode.COORDINATOR_NOT_AVAILABLE,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
  ErrorCode.NOT_COORDINATOR,
]);

/**
 * The group coordinator of one broker: groups of the classic and of the consumer protocol, and committed offsets.
 *
 * The broker tells it which partitions of `__consumer_offsets` it leads (`onLeader`, `onLeaderLost`); each is a {@link GroupShard}, replayed
 * when it is gained and dropped when it is lost. A group belongs to the partition that its id hashes to. Every method answers; an error
 * of the coordinator itself (not the coordinator of this group, still loading, a failed append) is an answer too.
 */
export class GroupCoordinator {
  readonly #options: GroupCoordinatorOptions;
  readonly #settings: GroupSettings;
  readonly #told: GroupTidings;
  readonly #consumer: ConsumerProtocol;
  readonly #shards: ShardTable<GroupShard>;

  constructor(options: GroupCoordinatorOptions) {
    this.#options = options;
    const settings = groupSettings(options.config);
    const { clock, nodeId, events } = options;
    const told = groupTidings(nodeId, events);
    this.#told = told;
    this.#settings = settings;
    this.#consumer = new ConsumerProtocol({ ...options, settings, configs: options.groupConfigs });
    this.#shards = new ShardTable({
      partitions: () => options.cluster.topic(groupsTopic)?.partitions.length ?? settings.offsetsTopicPartitions,
      open: (log, { partition, leaderEpoch }) =>
        new GroupShard({
          name: `${groupsTopic}-${partition}`,
          log,
          leaderEpoch,
          clock,
          settings,
          told,
          consumer: this.#consumer,
          onError: (error) => this.#onError(error),
        }),
    });
  }

  /** The topics that offsets are committed for, as the cluster knows them. */
  get topics(): GroupTopics {
    return this.#options.cluster;
  }

  /** The partition of `__consumer_offsets` that a group belongs to. */
  partitionOf(groupId: string): number {
    return this.#shards.partitionOf(groupId);
  }

  /** This broker now leads a partition of `__consumer_offsets`: replays its log, then serves its groups. Resolves when it does. */
  onLeader(partition: number, log: CoordinatorLog, leaderEpoch: number): Promise<void> {
    return this.#shards.onLeader(partition, log, leaderEpoch);
  }

  /** The partition is led elsewhere or gone: whoever waits hears NOT_COORDINATOR, and the shard is dropped. */
  onLeaderLost(partition: number): Promise<void> {
    return this.#shards.onLeaderLost(partition);
  }

  /** Topics were deleted: removes the offsets that groups committed for them. */
  async onTopicsDeleted(topics: readonly string[]): Promise<void> {
    for (const shard of this.#shards.all()) {
      try {
        await shard.forgetTopics(topics);
      } catch (error) {
        // The offsets stay until their retention ends. Commits by topic id never take them for those of a new topic of that name.
        this.#onError(error);
      }
    }
  }

  /** Topics were made, changed or removed, by which the cluster's metadata has come as far as `version`. */
  onTopicsChanged(topics: ReadonlySet<string>, at: { readonly version: bigint; readonly anyNew: boolean }): void {
    this.#consumer.topics.changed(topics, at);
    for (const shard of this.#shards.all()) shard.topicsChanged(topics);
  }

  /** The broker stops: cancels every deadline and answers whoever waits. Idempotent. */
  close(): Promise<void> {
    return this.#shards.close();
  }

  /** JoinGroup: answers when the rebalance is over. */
  async join(request: JoinGroupRequest, { apiVersion, clientId, clientHost }: Caller): Promise<JoinAnswer> {
    const { groupId, memberId, sessionTimeoutMs, groupInstanceId } = request;
    if (groupId === "") return failedJoin(ErrorCode.INVALID_GROUP_ID, memberId);
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = this.#settings;
    if (sessionTimeoutMs < minSessionTimeoutMs || sessionTimeoutMs > maxSessionTimeoutMs)
      return failedJoin(ErrorCode.INVALID_SESSION_TIMEOUT, memberId);
    return this.#answered(
      () =>
        this.#shards.of(groupId).classic.join(groupId, {
          memberId,
          groupInstanceId,
          sessionTimeoutMs,
          newMemberId: newMemberId(groupInstanceId ?? clientId ?? "", this.#options.random),
          clientId: clientId ?? "",
          clientHost,
          protocolType: request.protocolType,
          protocols: request.protocols.map(({ name, metadata }) => ({ name, metadata: Buffer.from(metadata) })),
          // Version 0 has one time-out for both.
          rebalanceTimeoutMs: apiVersion === 0 ? sessionTimeoutMs : request.rebalanceTimeoutMs,
          requiresKnownMemberId: apiVersion >= 4,
          supportsSkippingAssignment: apiVersion >= 9,
        }),
      (errorCode) => failedJoin(errorCode, ""),
    );
  }

  /** SyncGroup: answers when the leader's assignment is in the log. */
  async sync(request: SyncGroupRequest): Promise<SyncAnswer> {
    const { groupId, memberId, groupInstanceId, generationId, protocolType, protocolName } = request;
    if (groupId === "") return failedSync(ErrorCode.INVALID_GROUP_ID);
    const assignments = new Map(request.assignments.map((each) => [each.memberId, Buffer.from(each.assignment)]));
    return this.#answered(
      () =>
        this.#shards.of(groupId).classic.sync(groupId, {
          memberId,
          groupInstanceId,
          generationId,
          protocolType,
          protocolName,
          assignments,
        }),
      failedSync,
    );
  }

  /** Heartbeat: an error code. While the group is being loaded members hear nothing bad. */
  async heartbeat({ groupId, memberId, groupInstanceId, generationId }: HeartbeatRequest): Promise<number> {
    if (groupId === "") return ErrorCode.INVALID_GROUP_ID;
    return this.#answered(
      () => this.#shards.of(groupId).classic.heartbeat(groupId, { memberId, groupInstanceId, generationId }),
      (errorCode) => (errorCode === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ? ErrorCode.NONE : errorCode),
    );
  }

  /** LeaveGroup, of one member or several: an error for the whole and one for each. */
  async leave(groupId: LeaveGroupRequest["groupId"], members: readonly MemberIdentity[]): Promise<LeaveAnswer> {
    if (groupId === "") return { errorCode: ErrorCode.INVALID_GROUP_ID, members: [] };
    return this.#answered(
      () => this.#shards.of(groupId).classic.leave(groupId, { members }),
      (errorCode) => ({ errorCode, members: [] }),
    );
  }

  /** Whether groups may be of the consumer protocol: the cluster has it (`group.version`), and this broker does. */
  servesConsumerGroups(cluster: { featureLevel(name: string): number }): boolean {
    return this.#settings.consumer.enabled && cluster.featureLevel("group.version") >= 1;
  }

  /** ConsumerGroupHeartbeat. `mayDescribe` says of which topics the member may know that they exist. */
  async consumerHeartbeat(
    { groupId, ...request }: ConsumerGroupHeartbeatRequest,
    { apiVersion, clientId, clientHost }: Caller,
    mayDescribe: (topic: string) => boolean,
  ): Promise<ConsumerHeartbeatAnswer> {
    try {
      const problem = heartbeatProblem({ groupId, ...request }, apiVersion, this.#consumer.assignors.keys());
      if (problem !== undefined) throw problem;
      const event = { ...request, clientId: clientId ?? "", clientHost, mayDescribe };
      return await this.#shards.of(groupId).consumer.heartbeat(groupId, event);
    } catch (error) {
      if (!(error instanceof CoordinatorError)) throw error;
      return failedHeartbeat(error.errorCode, error.message);
    }
  }

  /** OffsetCommit for topics whose names are known. Rejects with a CoordinatorError when nothing can be committed. */
  async commit(request: OffsetCommitRequest, apiVersion: number): Promise<readonly CommittedTopic[]> {
    const { groupId, memberId } = request;
    const metadataMaxLength = this.#settings.offsetMetadataMaxLength;
    const committed = await this.#shards.of(groupId).write(({ group, nowMs }) => {
      const { records, topics } = commitOffsets(group(groupId), request, { nowMs, metadataMaxLength, apiVersion });
      return { records, answer: topics, committed: { groupId, memberId } };
    });
    this.#told.committed(request, committed);
    return committed;
  }

  /**
   * TxnOffsetCommit for topics whose names are known: the offsets count once {@link completeTransaction} commits them. Rejects with a
   * CoordinatorError when nothing can be committed, INVALID_PRODUCER_EPOCH when the producer was fenced among the reasons.
   */
  async commitInTransaction(
    request: TransactionalOffsets,
    producer: TransactionalProducer,
    apiVersion: number,
  ): Promise<readonly CommittedTopic[]> {
    const { groupId } = request;
    if (groupId === "") throw new CoordinatorError(ErrorCode.INVALID_GROUP_ID);
    const rules = {
      metadataMaxLength: this.#settings.offsetMetadataMaxLength,
      apiVersion,
      isTransactional: true,
      topicIdOf: (name: string) => this.topics.topic(name)?.id,
    };
    return this.#shards.of(groupId).write(({ group, nowMs }) => {
      // Kafka does not write down the ids of topics here.
      const named = request.topics.map((topic) => ({ ...topic, topicId: Uuid.zero }));
      const commit = { ...request, topics: named, retentionTimeMs: -1n };
      const { records, topics } = commitOffsets(group(groupId), commit, { ...rules, nowMs });
      return { records, answer: topics, producer };
    });
  }

  /**
   * Writes the marker that ends a transaction into a partition of `__consumer_offsets`: the offsets that it committed there count from then
   * on, or are dropped. Resolves to the error code for WriteTxnMarkers: NOT_LEADER_OR_FOLLOWER where the partition is not served (yet).
   */
  async completeTransaction(partition: number, marker: EndMarker): Promise<number> {
    try {
      await this.#shards.at(partition).endTransaction(marker);
      return ErrorCode.NONE;
    } catch (error) {
      const errorCode = errorCodeOf(error);
      return notServed.has(errorCode) ? ErrorCode.NOT_LEADER_OR_FOLLOWER : errorCode;
    }
  }

  /** The offsets of some partitions of a group, or of all that it committed (null). Rejects with a CoordinatorError when the group is not served here. */
  async fetch(
    groupId: string,
    topics: readonly TopicToFetch[] | null,
    { requireStable, claim = nobody }: FetchOptions,
  ): Promise<readonly FetchedTopic[]> {
    const query = { groupId, requireStable };
    const shard = this.#shards.of(groupId);
    const look = ({ store, group }: ShardView): readonly FetchedTopic[] => {
      const errorCode = group(groupId)?.fetchError(claim) ?? ErrorCode.NONE;
      if (errorCode !== ErrorCode.NONE) throw new CoordinatorError(errorCode);
      return topics === null ? fetchAllOffsets(store.offsets, query) : fetchOffsets(store.offsets, query, topics);
    };
    if (!requireStable) return shard.read(look);
    // Behind everything that is being written.
    return shard.write((view) => ({ records: [], answer: look(view) }));
  }

  /** DescribeGroups: a description, or an error, for each. */
  describe(groupIds: readonly string[], apiVersion: number): readonly GroupDescription[] {
    return groupIds.map((groupId) => {
      try {
        return this.#shards.of(groupId).read(({ group }) => describeGroup(groupId, group(groupId), apiVersion));
      } catch (error) {
        return groupFailure(groupId, errorCodeOf(error));
      }
    });
  }

  /** ConsumerGroupDescribe: a description, or an error, for each. */
  describeConsumer(groupIds: readonly string[]): readonly ConsumerGroupDescription[] {
    return groupIds.map((groupId) => {
      if (groupId === "") return consumerGroupFailure(groupId, ErrorCode.INVALID_GROUP_ID);
      try {
        const group = this.inspect(groupId, ({ live }) => live(groupId));
        return describeConsumerGroup(groupId, group, this.#consumer);
      } catch (error) {
        return consumerGroupFailure(groupId, errorCodeOf(error));
      }
    });
  }

  /** ListGroups: the groups that this broker coordinates. Throws a CoordinatorError while a shard is loading, since the list would lack its groups. */
  list(filter: GroupFilter): readonly GroupListing[] {
    return [...this.#shards.all()].flatMap((shard) => {
      try {
        return shard.read(({ store, group }) =>
          [...store.groupIds()].flatMap((groupId) => {
            const found = group(groupId);
            return found === undefined ? [] : (listGroup(groupId, found, filter) ?? []);
          }),
        );
      } catch (error) {
        if (errorCodeOf(error) === ErrorCode.NOT_COORDINATOR) return [];
        throw error;
      }
    });
  }

  /** The ids of the groups of all shards that serve. */
  ids(): readonly string[] {
    return this.#shards.all().flatMap((shard) => shard.ids());
  }

  /** DeleteGroups: an error code for each group; a group that has members stays. The groups of one shard go together or not at all. */
  async delete(groupIds: DeleteGroupsRequest["groupsNames"]): Promise<ReadonlyMap<string, number>> {
    const results = await Promise.all(
      this.#shards.byPartition(groupIds).map((ids) =>
        this.#answered(
          () => this.#deleteInShard(ids),
          (errorCode) => ids.map((groupId): [string, number] => [groupId, errorCode]),
        ),
      ),
    );
    return new Map(results.flat());
  }

  /** OffsetDelete for topics that exist. Rejects with a CoordinatorError when nothing can be deleted. */
  async deleteOffsets({
    groupId,
    topics,
  }: Pick<OffsetDeleteRequest, "groupId" | "topics">): Promise<DeletedOffsets["topics"]> {
    if (groupId === "") throw new CoordinatorError(ErrorCode.INVALID_GROUP_ID);
    return this.#shards.of(groupId).write(({ group, store }) => {
      const deleted = deleteOffsets(groupId, group(groupId), { topics, offsets: store.offsets });
      return { records: deleted.records, answer: deleted.topics };
    });
  }

  /** Looks at the shard that a group belongs to, for tests and tools. Throws a CoordinatorError when it is not served here. */
  inspect<Answer>(groupId: string, look: (view: ShardView) => Answer): Answer {
    return this.#shards.of(groupId).read(look);
  }

  #onError(error: unknown): void {
    this.#options.onError?.(error);
  }

  #deleteInShard(groupIds: readonly [string, ...string[]]): Promise<[string, number][]> {
    return this.#shards.of(groupIds[0]).write(({ group, store }) => {
      const answer = groupIds.map((groupId): [string, number] => [groupId, deleteGroupError(group(groupId))]);
      const records = answer.flatMap(([groupId, errorCode]) =>
        errorCode === ErrorCode.NONE ? groupTombstones(groupId, group(groupId), store.offsets) : [],
      );
      return { records, answer };
    });
  }

  async #answered<Answer>(ask: () => Promise<Answer>, failed: (errorCode: number) => Answer): Promise<Answer> {
    try {
      return await ask();
    } catch (error) {
      return failed(errorCodeOf(error));
    }
  }
}
