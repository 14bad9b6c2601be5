import { startBroker } from "@moldau/reference-broker";
import { Kafka as KafkaJs, logLevel, type Consumer as KafkaJsConsumer } from "kafkajs";
import { Kafka, type Assignor, type Consumer, type TopicPartition } from "moldau";
import { describe, expect, onTestFinished, test } from "vitest";
import { missingForApacheKafka, startApacheKafka } from "../support/apache-kafka.js";

const partitions = 6;
const topic = "orders";
const groupId = "billing";

/** The assignor that the guide for those who come from kafkajs gives to a rolling deployment. */
const likeKafkajs: Assignor = {
  name: "RoundRobinAssigner",
  rebalanceProtocol: "eager",
  assign({ members, partitionCounts }) {
    const shares = members
      .map(({ memberId }): [string, TopicPartition[]] => [memberId, []])
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    let turn = 0;
    for (const [name, count] of partitionCounts) {
      for (let partition = 0; partition < count; partition++)
        shares[turn++ % shares.length]?.[1].push({ topic: name, partition });
    }
    return new Map(shares);
  },
};

const missing = missingForApacheKafka();
const places = [
  { place: "the reference broker", left: undefined, start: async () => bootstrapOf(await startBroker()) },
  { place: "Apache Kafka", left: missing, start: async () => bootstrapOf(await startApacheKafka()) },
];

describe.each(places)("a group of kafkajs at $place", ({ left, start }) => {
  test.skipIf(left !== undefined)(
    `is taken over member by member, without a stop, and nothing is lost${left === undefined ? "" : ` (left out: ${left})`}`,
    async () => {
      const brokers = await start();
      const kafka = new Kafka({ brokers });
      onTestFinished(() => kafka.close());
      await kafka.admin().createTopics({ topics: [{ topic, partitions }] });
      const seen = new Set<string>();
      const theirs = await Promise.all([1, 2].map(() => joinKafkajs(brokers, seen)));
      const sending = sendUntilTold(kafka);

      const ours: Consumer[] = [];
      for (const old of theirs) {
        ours.push(join(kafka, seen));
        await membersAre(kafka, 3);
        await old.disconnect();
        await membersAre(kafka, 2);
      }

      const sent = await sending.stop();
      await expect.poll(() => sent.filter((value) => !seen.has(value)), { timeout: 60_000 }).toEqual([]);
      expect(sent.length).toBeGreaterThan(10 * partitions);
      expect(ours.map((consumer) => consumer.assignment().length)).toEqual([partitions / 2, partitions / 2]);
    },
  );
});

function bootstrapOf(broker: {
  readonly bootstrapServers: string | readonly string[];
  close(): Promise<void>;
}): readonly string[] {
  onTestFinished(() => broker.close());
  return [broker.bootstrapServers].flat();
}

async function joinKafkajs(brokers: readonly string[], seen: Set<string>): Promise<KafkaJsConsumer> {
  const kafka = new KafkaJs({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({ groupId, heartbeatInterval: 100, maxWaitTimeInMs: 100 });
  onTestFinished(() => consumer.disconnect());
  await consumer.connect();
  await consumer.subscribe({ topics: [topic], fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => void seen.add(String(message.value)) });
  return consumer;
}

/** Joins with a loop of its own, which ends when the consumer is closed. */
function join(kafka: Kafka, seen: Set<string>): Consumer {
  const consumer = kafka.consumer({
    ...{ groupId, topics: [topic], startFrom: "earliest" },
    assignors: [likeKafkajs, "range"],
  });
  const reading = (async () => {
    for await (const { value } of consumer) seen.add(String(value));
  })();
  onTestFinished(async () => {
    await consumer.close();
    await reading;
  });
  return consumer;
}

/** Sends a message to each partition, again and again until it is stopped; gives what was sent. */
function sendUntilTold(kafka: Kafka): { stop(): Promise<readonly string[]> } {
  const producer = kafka.producer();
  const sent: string[] = [];
  let isOver = false;
  const sending = (async () => {
    while (!isOver) {
      const round = Array.from({ length: partitions }, (_, partition) => ({
        value: `order ${sent.length + partition}`,
        partition,
      }));
      await producer.send({ topic, messages: round });
      sent.push(...round.map(({ value }) => value));
    }
  })();
  return {
    async stop() {
      isOver = true;
      await sending;
      return sent;
    },
  };
}

async function membersAre(kafka: Kafka, count: number): Promise<void> {
  await expect
    .poll(
      async () => {
        const [group] = await kafka.admin().describeGroups({ groups: [groupId] });
        return { state: group?.state, members: group?.members.length };
      },
      { timeout: 60_000, interval: 100 },
    )
    .toEqual({ state: "Stable", members: count });
}
