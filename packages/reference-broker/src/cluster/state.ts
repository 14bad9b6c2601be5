import type { Uuid } from "@moldau/protocol-codec";
import type {
  BrokerRegistrationChangeRecord,
  ConfigRecord,
  PartitionChangeRecord,
  PartitionRecord,
  ProducerIdsRecord,
  RegisterBrokerRecord,
  RemoveTopicRecord,
  TopicRecord,
} from "@moldau/protocol-codec/state";
import { internalTopic } from "./internal-topics.js";
import type { ClusterRecord } from "./records.js";

/** One partition as the metadata log says. */
export interface PartitionState {
  readonly partition: number;
  /** Node id of the broker that leads it, -1 when none does. */
  readonly leader: number;
  /** Grows with every change of the leader. */
  readonly leaderEpoch: number;
  /** Grows with every change of the partition. */
  readonly partitionEpoch: number;
  /** Node ids of the brokers that hold the partition, preferred leader first. */
  readonly replicas: readonly number[];
  /** Those of the replicas that are in sync. */
  readonly isr: readonly number[];
}

/** One topic as the metadata log says. Replaced, never changed, by each record that touches it. */
export interface TopicState {
  readonly name: string;
  readonly id: Uuid;
  /** One of Kafka's own, such as `__consumer_offsets`. */
  readonly isInternal: boolean;
  /** By partition number, without gaps. */
  readonly partitions: readonly PartitionState[];
}

/** Where the clients of one listener reach a broker. */
export interface Endpoint {
  readonly listener: string;
  readonly host: string;
  readonly port: number;
}

/** One registered broker. */
export interface BrokerState {
  readonly nodeId: number;
  readonly epoch: bigint;
  readonly rack: string | null;
  readonly endpoints: readonly Endpoint[];
  /** Registered, but not serving. */
  readonly fenced: boolean;
}

/** Kafka's numbers of the kinds of things that have configurations. */
export const configResource = { topic: 2, broker: 4, brokerLogger: 8, clientMetrics: 16, group: 32 } as const;

const noConfigs: ReadonlyMap<string, string> = new Map();

/**
 * The cluster as its metadata log says. Replay at start and the live run go through the one {@link ClusterState.apply}; nothing else
 * changes it.
 */
export class ClusterState {
  readonly clusterId: string;
  readonly #topics = new Map<string, TopicState>();
  readonly #topicsById = new Map<string, TopicState>();
  readonly #brokers = new Map<number, BrokerState>();
  readonly #configs = new Map<string, ReadonlyMap<string, string>>();
  readonly #features = new Map<string, number>();
  #nextProducerId = 0n;

  constructor(clusterId: string) {
    this.clusterId = clusterId;
  }

  /** The topic of a name, or undefined. */
  topic(name: string): TopicState | undefined {
    return this.#topics.get(name);
  }

  /** The topic of an id, or undefined. */
  topicById(id: Uuid): TopicState | undefined {
    return this.#topicsById.get(id.toString());
  }

  /** One partition, or undefined when topic or partition do not exist. */
  partition(topic: string, partition: number): PartitionState | undefined {
    return this.#topics.get(topic)?.partitions[partition];
  }

  /** Every topic, in order of creation. */
  topics(): Iterable<TopicState> {
    return this.#topics.values();
  }

  /** The broker of a node id, or undefined. */
  broker(nodeId: number): BrokerState | undefined {
    return this.#brokers.get(nodeId);
  }

  /** Every registered broker. */
  brokers(): Iterable<BrokerState> {
    return this.#brokers.values();
  }

  /** Whether the broker of this node id runs and can lead partitions. */
  isServing(nodeId: number): boolean {
    return this.#brokers.get(nodeId)?.fenced === false;
  }

  /** What was set for a topic, a broker or another resource (a number of {@link configResource}); defaults are not in it. */
  configs(resourceType: number, name: string): ReadonlyMap<string, string> {
    return this.#configs.get(`${resourceType}:${name}`) ?? noConfigs;
  }

  /** The names of the resources of a kind (a number of {@link configResource}) for which anything is set. */
  configured(resourceType: number): readonly string[] {
    const prefix = `${resourceType}:`;
    return [...this.#configs.keys()].filter((key) => key.startsWith(prefix)).map((key) => key.slice(prefix.length));
  }

  /** The finalized level of a feature, such as `transaction.version`; 0 when it was never set. */
  featureLevel(name: string): number {
    return this.#features.get(name) ?? 0;
  }

  /** The first producer id that was not yet given to any broker. */
  get nextProducerId(): bigint {
    return this.#nextProducerId;
  }

  /** Takes one record into the state. Throws when the record makes no sense here: the log is then damaged. */
  apply(record: ClusterRecord): void {
    switch (record.type) {
      case "TopicRecord":
        return this.#applyTopic(record.value);
      case "PartitionRecord":
        return this.#applyPartition(record.value);
      case "PartitionChangeRecord":
        return this.#applyPartitionChange(record.value);
      case "RemoveTopicRecord":
        return this.#applyRemoveTopic(record.value);
      case "ConfigRecord":
        return this.#applyConfig(record.value);
      case "RegisterBrokerRecord":
        return this.#applyRegisterBroker(record.value);
      case "BrokerRegistrationChangeRecord":
        return this.#applyBrokerChange(record.value);
      case "ProducerIdsRecord":
        return this.#applyProducerIds(record.value);
      case "FeatureLevelRecord":
        this.#features.set(record.value.name, record.value.featureLevel);
        return;
    }
  }

  #applyTopic({ name, topicId }: TopicRecord): void {
    this.#put({ name, id: topicId, isInternal: internalTopic(name) !== undefined, partitions: [] });
  }

  #applyPartition(record: PartitionRecord): void {
    const topic = this.#existing(record.topicId);
    const { partitionId: partition, leader, leaderEpoch, partitionEpoch, replicas, isr } = record;
    const partitions = [...topic.partitions];
    partitions[partition] = { partition, leader, leaderEpoch, partitionEpoch, replicas, isr };
    this.#put({ ...topic, partitions });
  }

  #applyPartitionChange(record: PartitionChangeRecord): void {
    const topic = this.#existing(record.topicId);
    const before = topic.partitions[record.partitionId];
    if (before === undefined)
      throw new RangeError(`the metadata log changes ${topic.name}-${record.partitionId}, which does not exist`);
    const leaderChanges = record.leader !== unchangedLeader;
    const after: PartitionState = {
      partition: before.partition,
      leader: leaderChanges ? record.leader : before.leader,
      leaderEpoch: leaderChanges ? before.leaderEpoch + 1 : before.leaderEpoch,
      partitionEpoch: before.partitionEpoch + 1,
      replicas: record.replicas ?? before.replicas,
      isr: record.isr ?? before.isr,
    };
    this.#put({ ...topic, partitions: topic.partitions.with(record.partitionId, after) });
  }

  #applyRemoveTopic({ topicId }: RemoveTopicRecord): void {
    const topic = this.#existing(topicId);
    this.#topics.delete(topic.name);
    this.#topicsById.delete(topicId.toString());
    this.#configs.delete(`${configResource.topic}:${topic.name}`);
  }

  #applyConfig({ resourceType, resourceName, name, value }: ConfigRecord): void {
    const values = new Map(this.configs(resourceType, resourceName));
    if (value === null) values.delete(name);
    else values.set(name, value);
    if (values.size === 0) this.#configs.delete(`${resourceType}:${resourceName}`);
    else this.#configs.set(`${resourceType}:${resourceName}`, values);
  }

  #applyRegisterBroker({ brokerId: nodeId, brokerEpoch: epoch, rack, endPoints, fenced }: RegisterBrokerRecord): void {
    const endpoints = endPoints.map(({ name: listener, host, port }) => ({ listener, host, port }));
    this.#brokers.set(nodeId, { nodeId, epoch, rack, endpoints, fenced });
  }

  #applyBrokerChange({ brokerId, fenced }: BrokerRegistrationChangeRecord): void {
    const broker = this.#brokers.get(brokerId);
    if (broker !== undefined && fenced !== 0) this.#brokers.set(brokerId, { ...broker, fenced: fenced > 0 });
  }

  #applyProducerIds({ nextProducerId }: ProducerIdsRecord): void {
    if (nextProducerId > this.#nextProducerId) this.#nextProducerId = nextProducerId;
  }

  #existing(id: Uuid): TopicState {
    const topic = this.topicById(id);
    if (topic === undefined)
      throw new RangeError(`the metadata log speaks of the topic id ${id.toString()}, which does not exist`);
    return topic;
  }

  #put(topic: TopicState): void {
    this.#topics.set(topic.name, topic);
    this.#topicsById.set(topic.id.toString(), topic);
  }
}

/** The leader of a partition that nobody leads. */
export const noLeader = -1;

/** The leader of a PartitionChangeRecord that leaves the leader as it is. */
const unchangedLeader = -2;
