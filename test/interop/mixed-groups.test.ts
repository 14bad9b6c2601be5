import { startBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { apacheKafkaClasspath } from "../support/apache-kafka-jars.js";
import { missingForApacheKafka, startApacheKafka } from "../support/apache-kafka.js";
import { compileJava, type JavaPrograms } from "../support/java-programs.js";
import { passingConfigs } from "../support/chain/passing-variants.js";
import {
  joinJava,
  joinKafkajs,
  joinLibrdkafka,
  joinMoldau,
  type MeetingPlace,
  type MixedMember,
} from "../support/mixed-members.js";
import { missingForLibrdkafka } from "../support/python.js";

const missing = missingForApacheKafka() ?? missingForLibrdkafka();
const partitions = 12;

const places = [
  { place: "the reference broker", start: () => startBroker({ configs: passingConfigs }) },
  {
    place: "Apache Kafka",
    start: () =>
      startApacheKafka({
        properties: {
          "group.initial.rebalance.delay.ms": "0",
          ...Object.fromEntries(Object.entries(passingConfigs).map(([name, value]) => [name, String(value)])),
        },
      }),
  },
];

describe.skipIf(missing !== undefined).each(places)(
  `a group of several clients at $place${missing === undefined ? "" : ` (left out: ${missing})`}`,
  ({ start }) => {
    let programs: JavaPrograms;
    let broker: { readonly bootstrapServers: string | readonly string[]; close(): Promise<void> };

    beforeAll(async () => {
      programs = await compileJava(await apacheKafkaClasspath(), ["ReadAsMember"]);
      broker = await start();
    });
    afterAll(() => broker.close());

    async function meet(name: string): Promise<MeetingPlace & { readonly kafka: Kafka }> {
      const brokers = [broker.bootstrapServers].flat();
      const kafka = new Kafka({ brokers });
      onTestFinished(() => kafka.close());
      await kafka.admin().createTopics({ topics: [{ topic: name, partitions }] });
      return { kafka, brokers, topic: name, groupId: name };
    }

    test("shares the partitions in the eager way, with kafkajs, librdkafka and Java", async () => {
      const at = await meet("eager");
      const ours = (): MixedMember => joinMoldau(at, { assignors: ["range"], heartbeatIntervalMs: 100 });
      const { repeated } = await liveTogether(at, [
        ours,
        () => joinJava(programs, at, "RangeAssignor"),
        () => joinLibrdkafka(at, "range"),
        () => joinKafkajs(at),
        ours,
      ]);
      // kafkajs commits nothing when it has to give partitions up: one message of each may come again.
      expect(repeated.length).toBeLessThanOrEqual(4 * partitions);
    });

    test("shares the partitions in the cooperative way, with librdkafka and Java", async () => {
      const at = await meet("cooperative");
      const ours = (): MixedMember => joinMoldau(at, { assignors: ["cooperative-sticky"], heartbeatIntervalMs: 100 });
      const { repeated } = await liveTogether(at, [
        ours,
        () => joinJava(programs, at, "CooperativeStickyAssignor"),
        () => joinLibrdkafka(at, "cooperative-sticky"),
        ours,
      ]);
      expect(repeated).toEqual([]);
    });

    test("is shared out by the broker, with Java", async () => {
      const at = await meet("next-generation");
      const ours = (): MixedMember => joinMoldau(at, { protocol: "consumer" });
      const { repeated } = await liveTogether(at, [ours, () => joinJava(programs, at, "consumer"), ours]);
      expect(repeated).toEqual([]);
    });
  },
);

/** Has members join one after another, and leave in the order in which they came, while messages are sent; all of them are read in the end. */
async function liveTogether(
  at: MeetingPlace & { readonly kafka: Kafka },
  joins: readonly (() => MixedMember | Promise<MixedMember>)[],
): Promise<{ readonly repeated: readonly string[] }> {
  const members: MixedMember[] = [];
  onTestFinished(async () => void (await Promise.allSettled(members.map((member) => member.close()))));
  const sending = sendUntilTold(at);
  for (const join of joins) {
    members.push(await join());
    await isShared(at, members.length);
    const latest = members.at(-1);
    await expect.poll(() => latest?.values.length, { timeout: 60_000, interval: 50 }).toBeGreaterThan(0);
  }
  for (const [left, member] of members.slice(0, -1).entries()) {
    await member.close();
    await isShared(at, members.length - left - 1);
  }
  const sent = await sending.stop();
  const read = (): readonly string[] => members.flatMap(({ values }) => values);
  const unread = (): readonly string[] => {
    const seen = new Set(read());
    return sent.filter((value) => !seen.has(value));
  };
  await expect.poll(unread, { timeout: 60_000, interval: 100 }).toEqual([]);
  expect(sent.length).toBeGreaterThan(10 * partitions);
  const seen = new Set<string>();
  return { repeated: read().filter((value) => seen.size === seen.add(value).size) };
}

/** Waits until the group is at rest with so many members, and every partition has one owner. */
async function isShared(
  { kafka, groupId, topic }: MeetingPlace & { readonly kafka: Kafka },
  count: number,
): Promise<void> {
  const admin = kafka.admin();
  const shares = async (): Promise<unknown> => {
    const [group] = await admin.describeGroups({ groups: [groupId] });
    const owned = (group?.members ?? []).flatMap(({ assignment }) => assignment ?? []);
    const numbers = owned.flatMap(({ topic: of, partitions: numbers }) => (of === topic ? numbers : []));
    return { members: group?.members.length, owned: numbers.sort((a, b) => a - b) };
  };
  const all = Array.from({ length: partitions }, (_, partition) => partition);
  await expect.poll(shares, { timeout: 90_000, interval: 100 }).toEqual({ members: count, owned: all });
}

function sendUntilTold({ kafka, topic }: MeetingPlace & { readonly kafka: Kafka }): {
  stop(): Promise<readonly string[]>;
} {
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
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  })();
  sending.catch(() => {}); // Told by `stop`; a test that failed before has nothing to add.
  return {
    async stop() {
      isOver = true;
      await sending;
      return sent;
    },
  };
}
