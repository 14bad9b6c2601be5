import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import * as kafkajs from "kafkajs";
import { Kafka } from "moldau";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { runProgram } from "../support/child-program.js";
import { missingForKcat } from "../support/kcat.js";
import { readTopic, type PlainMessage } from "../support/reading.js";

const missing = missingForKcat();
const leftOut = missing === undefined ? "" : ` (left out: ${missing})`;

/** What is sent by one client and read by another, in this order. */
const messages: readonly PlainMessage[] = [
  { key: "k", value: "v", headers: [["h", "1"]] },
  { key: "empty", value: "", headers: [] },
  { key: "tombstone", value: null, headers: [] },
  ...Array.from({ length: 300 }, (_, index) => ({
    key: `${index}`,
    value: `äöü € ${"again ".repeat(index % 30)}${index}`,
    headers: [["trace", `t${index}`]] as const,
  })),
];

describe("through our broker, with every codec of the other side", () => {
  let broker: ReferenceBroker;
  let kafka: Kafka;

  beforeAll(async () => {
    broker = await startBroker();
    kafka = new Kafka({ brokers: broker.bootstrapServers });
  });

  afterAll(async () => {
    await kafka.close();
    await broker.close();
  });

  /** The codecs of the batches as the log holds them. */
  async function codecsIn(topic: string): Promise<string[]> {
    const found = new Set<string>();
    for await (const { compression } of broker.log(topic, 0).batches()) found.add(compression);
    return [...found];
  }

  describe.skipIf(missing !== undefined)(`kcat and we${leftOut}`, () => {
    const codecs = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

    async function kcat(args: readonly string[], input = ""): Promise<string> {
      const all = ["-b", broker.bootstrapServers.join(","), ...args];
      const { code, stdout, stderr } = await runProgram("kcat", all, { input });
      expect(`${code}\n${stderr}`).toMatch(/^0\n/);
      return stdout;
    }

    test.each(codecs)("kcat reads what we send with %s", async (compression) => {
      const topic = `moldau-${compression}`;
      await kafka.admin().createTopics({ topics: [{ topic, partitions: 1 }] });
      const producer = kafka.producer({ compression });
      await producer.send({ topic, messages });
      await producer.close();
      expect(await codecsIn(topic)).toEqual([compression]);
      const lines = (await kcat(["-C", "-t", topic, "-e", "-q", "-J"])).trimEnd().split("\n");
      const read = lines.map((line) => JSON.parse(line));
      expect(read).toMatchObject(
        messages.map(({ key, value, headers }, offset) => ({
          offset,
          key,
          payload: value,
          ...(headers.length > 0 && { headers: headers.flat() }),
        })),
      );
    });

    test.each(codecs)("we read what kcat sends with %s", async (codec) => {
      const topic = `kcat-${codec}`;
      // One run of kcat gives all its messages the same headers.
      const headers = [["trace", "t"]] as const;
      const expected = messages.map((message) => ({ ...message, value: message.value || null, headers }));
      const lines = expected.map(({ key, value }) => `${key}:${value ?? ""}`);
      await kcat(
        ["-P", "-t", topic, "-K:", "-Z", "-H", "trace=t", "-z", codec, "-X", "linger.ms=200"],
        lines.join("\n"),
      );
      expect(await readTopic(kafka, topic, messages.length)).toEqual(expected);
      // librdkafka leaves a batch as it is when compressing does not make it smaller.
      expect(await codecsIn(topic)).toContain(codec);
    });
  });

  describe("kafkajs and we", () => {
    const { None, GZIP } = kafkajs.CompressionTypes;
    const client = (): kafkajs.Kafka =>
      new kafkajs.Kafka({ brokers: [...broker.bootstrapServers], logLevel: kafkajs.logLevel.NOTHING });

    test.each(["none", "gzip"] as const)("kafkajs reads what we send with %s", async (compression) => {
      const topic = `for-kafkajs-${compression}`;
      await kafka.admin().createTopics({ topics: [{ topic, partitions: 1 }] });
      const producer = kafka.producer({ compression });
      await producer.send({ topic, messages });
      await producer.close();
      expect(await codecsIn(topic)).toEqual([compression]);
      const consumer = client().consumer({ groupId: topic, maxWaitTimeInMs: 200 });
      onTestFinished(() => consumer.disconnect());
      await consumer.subscribe({ topic, fromBeginning: true });
      const read: PlainMessage[] = [];
      await consumer.run({
        eachMessage: async ({ message: { key, value, headers = {} } }) => {
          read.push({
            key: key && String(key),
            value: value && String(value),
            headers: Object.entries(headers).map(([name, bytes]) => [name, String(bytes)]),
          });
        },
      });
      await expect.poll(() => read.length, { timeout: 20_000 }).toBe(messages.length);
      expect(read).toEqual(messages);
    });

    test.each([
      ["none", None],
      ["gzip", GZIP],
    ] as const)("we read what kafkajs sends with %s", async (name, compression) => {
      const topic = `from-kafkajs-${name}`;
      await kafka.admin().createTopics({ topics: [{ topic, partitions: 1 }] });
      const producer = client().producer();
      onTestFinished(() => producer.disconnect());
      await producer.connect();
      const theirs = messages.map(({ headers, ...message }) => ({
        ...message,
        headers: Object.fromEntries(headers.map(([key, value]) => [key, value ?? ""])),
      }));
      await producer.send({ topic, compression, messages: theirs });
      expect(await readTopic(kafka, topic, messages.length)).toEqual(messages);
      expect(await codecsIn(topic)).toEqual([name]);
    });
  });
});
