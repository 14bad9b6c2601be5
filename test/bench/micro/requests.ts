import {
  ConsumerGroupHeartbeatRequest,
  CreateTopicsRequest,
  FetchRequest,
  HeartbeatRequest,
  JoinGroupRequest,
  ListOffsetsRequest,
  MetadataRequest,
  OffsetCommitRequest,
  OffsetFetchRequest,
  ProduceRequest,
  SyncGroupRequest,
} from "@moldau/protocol-codec";
import { list, memberId, records, sample, topicId, type MessageSample } from "./message-samples.js";

const groupId = "group-of-the-orders";

/** What brokers decode. */
export function requestSamples(): MessageSample[] {
  return [...ofTheDataPath(), ...ofGroups()];
}

function ofTheDataPath(): MessageSample[] {
  const produced = (partitions: number): MessageSample =>
    sample(ProduceRequest, `${partitions} x 16 KiB`, {
      acks: -1,
      timeoutMs: 30_000,
      topicData: [{ topicId, partitionData: list(partitions, (index) => ({ index, records })) }],
    });
  const fetched = (partitions: number): MessageSample =>
    sample(FetchRequest, `${partitions} partitions`, {
      maxWaitMs: 500,
      minBytes: 1,
      maxBytes: 50_000_000,
      topics: [
        {
          topicId,
          partitions: list(partitions, (partition) => ({
            partition,
            currentLeaderEpoch: 3,
            fetchOffset: 123_456_789n,
            partitionMaxBytes: 1_048_576,
          })),
        },
      ],
    });
  return [
    ...[1, 12].map(produced),
    ...[0, 12].map(fetched),
    sample(ListOffsetsRequest, "12 partitions", {
      replicaId: -1,
      topics: [{ name: "orders", partitions: list(12, (partitionIndex) => ({ partitionIndex, timestamp: -1n })) }],
    }),
    ...[1, 100].map((topics) =>
      sample(MetadataRequest, `${topics} topics`, { topics: list(topics, (index) => ({ name: `topic-${index}` })) }),
    ),
    sample(CreateTopicsRequest, "10 topics, 3 settings each", {
      topics: list(10, (index) => ({
        name: `topic-${index}`,
        numPartitions: 12,
        replicationFactor: 3,
        configs: list(3, (setting) => ({ name: `retention.${setting}`, value: "604800000" })),
      })),
    }),
  ];
}

function ofGroups(): MessageSample[] {
  const committed = (partitions: number): MessageSample =>
    sample(OffsetCommitRequest, `${partitions} partitions`, {
      groupId,
      generationIdOrMemberEpoch: 7,
      memberId,
      topics: [
        {
          topicId,
          partitions: list(partitions, (partitionIndex) => ({
            partitionIndex,
            committedOffset: 123_456_789n,
            committedLeaderEpoch: 3,
            committedMetadata: "",
          })),
        },
      ],
    });
  return [
    sample(JoinGroupRequest, "2 protocols", {
      groupId,
      sessionTimeoutMs: 30_000,
      rebalanceTimeoutMs: 60_000,
      memberId,
      protocolType: "consumer",
      protocols: list(2, (index) => ({ name: `protocol-${index}`, metadata: Buffer.alloc(40) })),
    }),
    sample(SyncGroupRequest, "50 assignments", {
      groupId,
      generationId: 7,
      memberId,
      protocolType: "consumer",
      protocolName: "range",
      assignments: list(50, (index) => ({ memberId: `${memberId}-${index}`, assignment: Buffer.alloc(40) })),
    }),
    sample(HeartbeatRequest, "", { groupId, generationId: 7, memberId }),
    sample(ConsumerGroupHeartbeatRequest, "nothing new", { groupId, memberId, memberEpoch: 7 }),
    ...[1, 12].map(committed),
    sample(OffsetFetchRequest, "12 partitions", {
      groups: [{ groupId, topics: [{ topicId, partitionIndexes: list(12, (partition) => partition) }] }],
    }),
  ];
}
