import type { ConsumerHeartbeatAnswer } from "../src/groups/consumer/events.js";
import {
  Uuid,
  type ConsumerGroupHeartbeatRequest,
  type JoinGroupRequest,
  type OffsetCommitRequest,
} from "@moldau/protocol-codec";
import { BrokerConfig } from "../src/cluster/broker-config.js";
import type { JoinAnswer, SyncAnswer } from "../src/groups/classic/events.js";
import { GroupCoordinator, type TransactionalOffsets } from "../src/groups/coordinator.js";
import type { TransactionMarker } from "../src/transactions/marker.js";
import { GroupConfigs } from "../src/groups/group-configs.js";
import { subscription } from "./group-machine.js";
import { MemoryGroupLog } from "./memory-group-log.js";
import { turns, VirtualClock } from "moldau-testing";

const ids = { orders: Uuid.parse("AAAAAAAAAAAAAAAAAAAABw"), payments: Uuid.parse("AAAAAAAAAAAAAAAAAAAACw") };

/** A coordinator that leads every partition of `__consumer_offsets`, over logs in memory, with a clock that is moved by hand. */
export class GroupFixture {
  readonly clock = new VirtualClock();
  readonly logs = new Map<number, MemoryGroupLog>();
  readonly errors: unknown[] = [];
  readonly coordinator: GroupCoordinator;
  readonly topics: Record<string, Uuid> = { ...ids };
  /** What is configured for single groups, by group id and Kafka's name. */
  readonly groupConfigs = new Map<string, ReadonlyMap<string, string>>();
  /** How many partitions each topic has. */
  partitions = 6;
  #version = 0n;

  private constructor(config: Readonly<Record<string, string | number>>) {
    let seed = 1;
    const brokerConfig = new BrokerConfig({ "offsets.topic.num.partitions": 1, ...config });
    const topic = (name: string) => {
      const id = this.topics[name];
      if (id === undefined) return undefined;
      return { id, name, partitions: Array.from({ length: this.partitions }, () => ({ replicas: [0] })) };
    };
    this.coordinator = new GroupCoordinator({
      nodeId: 0,
      config: brokerConfig,
      groupConfigs: new GroupConfigs(brokerConfig, {
        configs: (_type, groupId) => this.groupConfigs.get(groupId) ?? new Map<string, string>(),
      }),
      cluster: {
        topic,
        topicById: (id) => {
          const name = Object.keys(this.topics).find((each) => this.topics[each]?.equals(id) === true);
          return name === undefined ? undefined : { name };
        },
        topics: () => Object.keys(this.topics).map((name) => ({ name })),
        broker: () => undefined,
      },
      clock: this.clock,
      random: () => ((seed = (seed * 16_807) % 2_147_483_647) - 1) / 2_147_483_646,
      onError: (error) => this.errors.push(error),
    });
  }

  /** A coordinator that has loaded its partitions. */
  static async start(
    config: Readonly<Record<string, string | number>> = {},
    logs: readonly MemoryGroupLog[] = [],
  ): Promise<GroupFixture> {
    const fixture = new GroupFixture(config);
    const partitions = Number(config["offsets.topic.num.partitions"] ?? 1);
    for (let partition = 0; partition < partitions; partition++) {
      const log = logs[partition] ?? new MemoryGroupLog();
      fixture.logs.set(partition, log);
      await fixture.coordinator.onLeader(partition, log, 1);
    }
    return fixture;
  }

  /** The log of the first partition. */
  get log(): MemoryGroupLog {
    const log = this.logs.get(0);
    if (log === undefined) throw new Error("there is no log");
    return log;
  }

  join(groupId: string, request: Partial<JoinGroupRequest> = {}, apiVersion = 3): Promise<JoinAnswer> {
    return this.coordinator.join(
      {
        groupId,
        sessionTimeoutMs: 10_000,
        rebalanceTimeoutMs: 60_000,
        memberId: "",
        groupInstanceId: null,
        protocolType: "consumer",
        protocols: [{ name: "range", metadata: subscription("orders") }],
        reason: null,
        ...request,
      },
      { apiVersion, clientId: "client", clientHost: "/127.0.0.1" },
    );
  }

  /** The cluster's topics are others now: made, removed or with other partitions. */
  changeTopics(change: () => void, { anyNew = true }: { readonly anyNew?: boolean } = {}): void {
    const before = Object.keys(this.topics);
    change();
    const touched = new Set([...before, ...Object.keys(this.topics)]);
    this.coordinator.onTopicsChanged(touched, { version: ++this.#version, anyNew });
  }

  /** Sends a ConsumerGroupHeartbeat; by default one that says nothing new. */
  beat(
    groupId: string,
    request: Partial<ConsumerGroupHeartbeatRequest> & { readonly memberId: string; readonly memberEpoch: number },
    apiVersion = 1,
  ): Promise<ConsumerHeartbeatAnswer> {
    return this.coordinator.consumerHeartbeat(
      {
        groupId,
        instanceId: null,
        rackId: null,
        rebalanceTimeoutMs: -1,
        subscribedTopicNames: null,
        subscribedTopicRegex: null,
        serverAssignor: null,
        topicPartitions: null,
        ...request,
      },
      { apiVersion, clientId: "client", clientHost: "/127.0.0.1" },
      () => true,
    );
  }

  /** Joins a group of the consumer protocol, reading `orders` unless the request says otherwise. */
  beatToJoin(
    groupId: string,
    memberId: string,
    request: Partial<ConsumerGroupHeartbeatRequest> = {},
  ): Promise<ConsumerHeartbeatAnswer> {
    return this.beat(groupId, {
      memberId,
      memberEpoch: 0,
      rebalanceTimeoutMs: 60_000,
      subscribedTopicNames: request.subscribedTopicRegex === undefined ? ["orders"] : null,
      topicPartitions: [],
      ...request,
    });
  }

  sync(
    groupId: string,
    member: { memberId: string; generationId: number; groupInstanceId?: string | null },
    assignments: Readonly<Record<string, string>> = {},
  ): Promise<SyncAnswer> {
    return this.coordinator.sync({
      groupId,
      groupInstanceId: null,
      protocolType: null,
      protocolName: null,
      ...member,
      assignments: Object.entries(assignments).map(([memberId, text]) => ({ memberId, assignment: Buffer.from(text) })),
    });
  }

  heartbeat(
    groupId: string,
    member: { memberId: string; generationId: number; groupInstanceId?: string | null },
  ): Promise<number> {
    return this.coordinator.heartbeat({ groupId, groupInstanceId: null, ...member });
  }

  /** Commits one offset of partition 0 of a topic; the answer is its error code. Rejects as the coordinator does. */
  async commit(
    groupId: string,
    topic: string,
    offset: bigint,
    request: Partial<OffsetCommitRequest> & { readonly metadata?: string; readonly partition?: number } = {},
  ): Promise<number> {
    const { metadata = null, partition = 0, ...rest } = request;
    const topics = await this.coordinator.commit(
      {
        groupId,
        generationIdOrMemberEpoch: -1,
        memberId: "",
        groupInstanceId: null,
        retentionTimeMs: -1n,
        topics: [
          {
            name: topic,
            topicId: this.topics[topic] ?? Uuid.zero,
            partitions: [
              {
                partitionIndex: partition,
                committedOffset: offset,
                committedLeaderEpoch: 3,
                committedMetadata: metadata,
              },
            ],
          },
        ],
        ...rest,
      },
      9,
    );
    return topics[0]?.partitions[0]?.errorCode ?? -1;
  }

  /** Commits one offset of partition 0 of a topic in a producer's transaction; the answer is its error code. Rejects as the coordinator does. */
  async commitInTransaction(
    groupId: string,
    topic: string,
    offset: bigint,
    { producerId = 1n, ...request }: Partial<TransactionalOffsets> & { readonly producerId?: bigint } = {},
  ): Promise<number> {
    const topics = await this.coordinator.commitInTransaction(
      {
        groupId,
        generationIdOrMemberEpoch: -1,
        memberId: "",
        groupInstanceId: null,
        topics: [
          {
            name: topic,
            topicId: Uuid.zero,
            partitions: [
              { partitionIndex: 0, committedOffset: offset, committedLeaderEpoch: 3, committedMetadata: null },
            ],
          },
        ],
        ...request,
      },
      { producerId, producerEpoch: 0 },
      3,
    );
    return topics[0]?.partitions[0]?.errorCode ?? -1;
  }

  /** Ends a producer's transaction in a partition of `__consumer_offsets`; the answer is the error code. */
  endTransaction(isCommit: boolean, marker: Partial<TransactionMarker> = {}, partition = 0): Promise<number> {
    return this.coordinator.completeTransaction(partition, {
      transactionalId: "transaction",
      producerId: 1n,
      producerEpoch: 0,
      coordinatorEpoch: 0,
      transactionVersion: 1,
      isCommit,
      ...marker,
    });
  }

  /** What a group has committed for partition 0 of a topic; -1n when nothing. */
  async committed(groupId: string, topic: string, requireStable = false): Promise<bigint | undefined> {
    const topics = await this.coordinator.fetch(groupId, [{ name: topic, topicId: Uuid.zero, partitionIndexes: [0] }], {
      requireStable,
    });
    return topics[0]?.partitions[0]?.committedOffset;
  }

  /** A stable group of one member, whose answer is returned. */
  async stableGroup(groupId: string, request: Partial<JoinGroupRequest> = {}): Promise<JoinAnswer> {
    const joining = this.join(groupId, request);
    await this.clock.advance(0);
    const joined = await joining;
    await this.sync(
      groupId,
      {
        memberId: joined.memberId,
        generationId: joined.generationId,
        groupInstanceId: request.groupInstanceId ?? null,
      },
      { [joined.memberId]: "everything" },
    );
    return joined;
  }

  stateOf(groupId: string): string | undefined {
    return this.coordinator.describe([groupId], 5)[0]?.groupState;
  }

  turns(): Promise<void> {
    return turns();
  }
}
