import type { BrokerConfig } from "./broker-config.js";

/** What is coordinated in an internal topic, one partition of it being the memory of one shard. */
export type CoordinatorKind = "group" | "transaction" | "share";

/** How an internal topic is made when it is first needed. */
export interface InternalTopicWish {
  readonly numPartitions: number;
  readonly replicationFactor: number;
  readonly configs: readonly { readonly name: string; readonly value: string }[];
}

/** One of Kafka's own topics. */
export interface InternalTopic {
  readonly name: string;
  readonly coordinates: CoordinatorKind;
  /** The number of its kind of key in FindCoordinator. */
  readonly keyType: number;
  /** Absent: this broker does not serve that kind of coordinator yet. */
  readonly wish?: (config: BrokerConfig) => InternalTopicWish;
}

/** The topic in which groups and their offsets are kept. */
export const groupsTopic = "__consumer_offsets";

/** The topic in which transactions are kept. */
export const transactionsTopic = "__transaction_state";

/** All of them, and whose coordinators keep their state there: the one place that says so. */
export const internalTopics: readonly InternalTopic[] = [
  {
    name: groupsTopic,
    coordinates: "group",
    keyType: 0,
    wish: (config) => ({
      numPartitions: config.number("offsets.topic.num.partitions"),
      replicationFactor: config.number("offsets.topic.replication.factor"),
      configs: [
        { name: "cleanup.policy", value: "compact" },
        { name: "compression.type", value: "producer" },
        { name: "segment.bytes", value: config.text("offsets.topic.segment.bytes") },
      ],
    }),
  },
  {
    name: transactionsTopic,
    coordinates: "transaction",
    keyType: 1,
    wish: (config) => ({
      numPartitions: config.number("transaction.state.log.num.partitions"),
      replicationFactor: config.number("transaction.state.log.replication.factor"),
      configs: [
        { name: "cleanup.policy", value: "compact" },
        { name: "compression.type", value: "uncompressed" },
        { name: "min.insync.replicas", value: config.text("transaction.state.log.min.isr") },
        { name: "segment.bytes", value: config.text("transaction.state.log.segment.bytes") },
        { name: "unclean.leader.election.enable", value: "false" },
      ],
    }),
  },
  { name: "__share_group_state", coordinates: "share", keyType: 2 },
];

const byName: ReadonlyMap<string, InternalTopic> = new Map(internalTopics.map((topic) => [topic.name, topic]));

/** The internal topic of this name; undefined for a topic of the application's. */
export function internalTopic(name: string): InternalTopic | undefined {
  return byName.get(name);
}
