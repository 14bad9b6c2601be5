import {
  AddPartitionsToTxnResponse,
  ApiVersionsResponse,
  apis,
  ConsumerGroupHeartbeatResponse,
  CreateTopicsResponse,
  DescribeClusterResponse,
  DescribeConfigsResponse,
  DescribeGroupsResponse,
  DescribeTopicPartitionsResponse,
  FetchResponse,
  FindCoordinatorResponse,
  HeartbeatResponse,
  InitProducerIdResponse,
  JoinGroupResponse,
  ListGroupsResponse,
  ListOffsetsResponse,
  MetadataResponse,
  OffsetCommitResponse,
  OffsetFetchResponse,
  ProduceResponse,
  SyncGroupResponse,
} from "@moldau/protocol-codec";
import { list, memberId, records, sample, topicId, type MessageSample } from "./message-samples.js";

/** What clients decode. */
export function responseSamples(): MessageSample[] {
  return [...ofTheDataPath(), ...ofGroups(), ...ofTheCluster()];
}

function ofTheDataPath(): MessageSample[] {
  const produced = (partitions: number): MessageSample =>
    sample(ProduceResponse, count(partitions, "partition"), {
      responses: [{ topicId, partitionResponses: list(partitions, (index) => ({ index, baseOffset: 123_456_789n })) }],
    });
  const fetched = (partitions: number): MessageSample =>
    sample(FetchResponse, `${count(partitions, "partition")}, 16 KiB each`, {
      responses: [
        {
          topicId,
          partitions: list(partitions, (partitionIndex) => ({
            partitionIndex,
            highWatermark: 123_456_789n,
            lastStableOffset: 123_456_789n,
            logStartOffset: 12_345n,
            records,
          })),
        },
      ],
    });
  const offsets = (partitions: number): MessageSample =>
    sample(ListOffsetsResponse, count(partitions, "partition"), {
      topics: [
        {
          name: "orders",
          partitions: list(partitions, (partitionIndex) => ({ partitionIndex, offset: 123_456_789n, leaderEpoch: 3 })),
        },
      ],
    });
  return [
    ...[1, 12].map(produced),
    ...[0, 1, 2, 12].map(fetched),
    ...[1, 12].map(offsets),
    sample(InitProducerIdResponse, "one producer", { producerId: 4_711n }),
    sample(AddPartitionsToTxnResponse, "3 partitions", {
      resultsByTransaction: [
        {
          transactionalId: "orders-transaction",
          topicResults: [{ name: "orders", resultsByPartition: list(3, (partitionIndex) => ({ partitionIndex })) }],
        },
      ],
    }),
  ];
}

function ofGroups(): MessageSample[] {
  const joined = (members: number): MessageSample =>
    sample(JoinGroupResponse, members === 0 ? "a follower" : count(members, "member"), {
      generationId: 7,
      protocolType: "consumer",
      protocolName: "range",
      leader: memberId,
      memberId,
      members: list(members, (index) => ({ memberId: `${memberId}-${index}`, metadata: Buffer.alloc(200) })),
    });
  const committed = (partitions: number): MessageSample =>
    sample(OffsetCommitResponse, count(partitions, "partition"), {
      topics: [{ topicId, partitions: list(partitions, (partitionIndex) => ({ partitionIndex })) }],
    });
  return [
    ...[0, 50].map(joined),
    sample(SyncGroupResponse, "3 partitions", {
      protocolType: "consumer",
      protocolName: "range",
      assignment: Buffer.alloc(40),
    }),
    sample(HeartbeatResponse, "", {}),
    sample(ConsumerGroupHeartbeatResponse, "nothing new", { memberId, memberEpoch: 7, heartbeatIntervalMs: 5_000 }),
    sample(ConsumerGroupHeartbeatResponse, "3 topics x 4 partitions", {
      memberId,
      memberEpoch: 7,
      heartbeatIntervalMs: 5_000,
      assignment: { topicPartitions: list(3, () => ({ topicId, partitions: [0, 1, 2, 3] })) },
    }),
    ...[1, 12].map(committed),
    sample(OffsetFetchResponse, "12 partitions", {
      groups: [
        {
          groupId: "group-of-the-orders",
          topics: [
            {
              topicId,
              partitions: list(12, (partitionIndex) => ({
                partitionIndex,
                committedOffset: 123_456_789n,
                committedLeaderEpoch: 3,
                metadata: "",
              })),
            },
          ],
        },
      ],
    }),
    sample(FindCoordinatorResponse, "one group", {
      coordinators: [
        { key: "group-of-the-orders", nodeId: 1, host: "broker-1.example.org", port: 9092, errorMessage: "" },
      ],
    }),
    ...ofGroupAdministration(),
  ];
}

function ofGroupAdministration(): MessageSample[] {
  return [
    sample(ListGroupsResponse, "100 groups", {
      groups: list(100, (index) => ({
        groupId: `group-of-the-orders-${index}`,
        protocolType: "consumer",
        groupState: "Stable",
        groupType: "classic",
      })),
    }),
    sample(DescribeGroupsResponse, "1 group, 50 members", {
      groups: [
        {
          groupId: "group-of-the-orders",
          groupState: "Stable",
          protocolType: "consumer",
          protocolData: "range",
          members: list(50, (index) => ({
            memberId: `${memberId}-${index}`,
            clientId: "client",
            clientHost: "/192.168.0.17",
            memberMetadata: Buffer.alloc(200),
            memberAssignment: Buffer.alloc(40),
          })),
        },
      ],
    }),
  ];
}

function ofTheCluster(): MessageSample[] {
  const brokers = list(3, (nodeId) => ({ nodeId, host: `broker-${nodeId}.example.org`, port: 9092, rack: "rack-1" }));
  const partition = (partitionIndex: number) => ({
    partitionIndex,
    leaderId: partitionIndex % 3,
    leaderEpoch: 3,
    replicaNodes: [0, 1, 2],
    isrNodes: [0, 1, 2],
  });
  const described = (topics: number, partitions: number): MessageSample =>
    sample(MetadataResponse, size(topics, partitions), {
      brokers,
      clusterId: "QgnvNkX5TnuUp3NwEovYXQ",
      controllerId: 1,
      topics: list(topics, (index) => ({ name: `topic-${index}`, topicId, partitions: list(partitions, partition) })),
    });
  return [
    described(1, 3),
    described(10, 12),
    described(100, 12),
    sample(DescribeTopicPartitionsResponse, size(10, 12), {
      topics: list(10, (index) => ({ name: `topic-${index}`, topicId, partitions: list(12, partition) })),
    }),
    sample(DescribeClusterResponse, "3 brokers", {
      clusterId: "QgnvNkX5TnuUp3NwEovYXQ",
      controllerId: 1,
      brokers: brokers.map(({ nodeId, ...broker }) => ({ brokerId: nodeId, ...broker })),
    }),
    sample(ApiVersionsResponse, `${Object.keys(apis).length} APIs`, {
      apiKeys: list(Object.keys(apis).length, (apiKey) => ({ apiKey, maxVersion: 9 })),
    }),
    sample(DescribeConfigsResponse, "1 topic, 35 settings", {
      results: [
        {
          resourceType: 2,
          resourceName: "orders",
          errorMessage: "",
          configs: list(35, (index) => ({
            name: `min.cleanable.dirty.ratio.${index}`,
            value: "0.5",
            configSource: 5,
            configType: 5,
            documentation: null,
            synonyms: [{ name: `log.cleaner.min.cleanable.ratio.${index}`, value: "0.5", source: 5 }],
          })),
        },
      ],
    }),
    sample(CreateTopicsResponse, "10 topics, 35 settings each", {
      topics: list(10, (index) => ({
        name: `topic-${index}`,
        topicId,
        errorMessage: null,
        numPartitions: 12,
        replicationFactor: 3,
        configs: list(35, (setting) => ({
          name: `min.cleanable.dirty.ratio.${setting}`,
          value: "0.5",
          configSource: 5,
        })),
      })),
    }),
  ];
}

function count(number: number, thing: string): string {
  return `${number} ${thing}${number === 1 ? "" : "s"}`;
}

function size(topics: number, partitions: number): string {
  return `${count(topics, "topic")} x ${count(partitions, "partition")}`;
}
