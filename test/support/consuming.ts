import { Cluster, type ClusterOptions } from "@moldau/connection-pool";
import {
  Consumer,
  type ConsumerEvents,
  type ConsumerOptions,
  type Message,
  type TopicPartition,
} from "@moldau/consumer";
import { errorByCode, OffsetFetch, Produce, writeBatch, type RecordToWrite } from "@moldau/protocol-codec";
import { startBroker, type BrokerOptions, type ReferenceBroker } from "@moldau/reference-broker";

/** A client of some broker, and consumers that are closed with it. */
export interface ConsumingClient extends AsyncDisposable {
  readonly cluster: Cluster;
  /** Another client of the same broker; closed at the end. */
  client(options?: Partial<ClusterOptions>): Cluster;
  /** A consumer of the group "billing", from the beginning, that learns of a rebalance at once, where that is its own affair; closed at the end. */
  consumer(options?: Partial<ConsumerOptions>, cluster?: Cluster): Consumer;
  /** Writes one batch, one message for each value; resolves when the broker has it. */
  send(topic: string, partition: number, values: readonly (string | RecordToWrite)[]): Promise<void>;
  /** What the group has committed for the partition, as a fresh look at the coordinator tells; -1n for nothing. */
  committed(partition: TopicPartition, groupId?: string): Promise<bigint>;
}

/** The same with a broker of its own, which ends with it. */
export interface Consuming extends ConsumingClient {
  readonly broker: ReferenceBroker;
}

/** Starts a broker with the topic "orders" of one partition, or as the options say. */
export async function startConsuming(options: BrokerOptions = {}): Promise<Consuming> {
  const broker = await startBroker({ topics: [{ topic: "orders", partitions: 1 }], ...options });
  const consuming = consumingFrom(broker.bootstrapServers);
  return {
    ...consuming,
    broker,
    async [Symbol.asyncDispose]() {
      await consuming[Symbol.asyncDispose]();
      await broker.close();
    },
  };
}

/** A client of brokers that run already. */
export function consumingFrom(brokers: readonly string[]): ConsumingClient {
  const clusters: Cluster[] = [];
  const consumers: Consumer[] = [];
  const client = (more: Partial<ClusterOptions> = {}): Cluster => {
    const cluster = new Cluster({ brokers, ...more });
    clusters.push(cluster);
    return cluster;
  };
  const cluster = client();
  return {
    cluster,
    client,
    consumer(more = {}, of = cluster) {
      const consumer = new Consumer(of, {
        groupId: "billing",
        ...(more.topicPattern === undefined ? { topics: ["orders"] } : {}),
        startFrom: "earliest",
        ...(more.protocol === "consumer" ? {} : { heartbeatIntervalMs: 50 }),
        ...more,
      });
      consumers.push(consumer);
      return consumer;
    },
    send: (topic, partition, values) => sendTo(cluster, { topic, partition, values }),
    committed: (partition, groupId = "billing") => readCommitted(client(), partition, groupId),
    async [Symbol.asyncDispose]() {
      // What a test provoked is its own affair; here everything only has to end.
      await Promise.allSettled(consumers.map((consumer) => consumer.close()));
      await Promise.all(clusters.map((each) => each.close()));
    },
  };
}

/** The values of the messages that a loop hands out, up to `count`; the last one stays in hand until `after` is done, and the loop is left then. */
export async function takeValues(
  loop: AsyncIterable<Message>,
  count: number,
  after: (last: Message) => Promise<void> | void = () => undefined,
): Promise<string[]> {
  const values: string[] = [];
  for await (const message of loop) {
    values.push(String(message.value));
    if (values.length < count) continue;
    await after(message);
    break;
  }
  return values;
}

/** Resolves at the next event of this name. */
export function nextEvent(consumer: Consumer, name: keyof ConsumerEvents): Promise<unknown> {
  return new Promise((resolve) => {
    consumer.once(name, (...[event]) => resolve(event));
  });
}

async function sendTo(
  cluster: Cluster,
  {
    topic,
    partition,
    values,
  }: { readonly topic: string; readonly partition: number; readonly values: readonly (string | RecordToWrite)[] },
): Promise<void> {
  const records = writeBatch(
    {},
    values.map((value) => (typeof value === "string" ? { value, timestamp: Date.now() } : value)),
  );
  // Apache Kafka answers a Metadata request for a new topic before every partition's leader knows that it is one.
  for (let attempts = 0; ; attempts++) {
    const { topicId, partitions } = await cluster.topic(topic);
    const topicData = [{ name: topic, topicId, partitionData: [{ index: partition, records }] }];
    const body = { acks: -1, timeoutMs: 10_000, topicData };
    const answer = await cluster.request(Produce, body, { node: partitions[partition]?.leader });
    const { name, code, refreshMetadata } = errorByCode(answer.responses[0]?.partitionResponses[0]?.errorCode ?? -1);
    if (code === 0) return;
    if (!refreshMetadata || attempts === 20) throw new Error(`Produce failed with ${name}`);
    await cluster.clock.sleep(100);
    await cluster.refreshTopics([topic]);
  }
}

async function readCommitted(cluster: Cluster, { topic, partition }: TopicPartition, groupId: string): Promise<bigint> {
  const node = await cluster.coordinator("group", groupId);
  const topics = [{ name: topic, partitionIndexes: [partition] }];
  const answer = await cluster.request(OffsetFetch, { groups: [{ groupId, topics }] }, { node, maxVersion: 9 });
  return answer.groups[0]?.topics[0]?.partitions[0]?.committedOffset ?? -1n;
}
