import { startBroker, type BrokerOptions, type ReferenceBroker } from "@moldau/reference-broker";
import { Kafka, logLevel, type Consumer, type EachMessagePayload } from "kafkajs";
import { describe, expect, onTestFinished, test } from "vitest";
import { brokerTls, testAuthority } from "../support/certificates.js";
import { ChildProgram, runProgram } from "../support/child-program.js";
import { missingForKcat } from "../support/kcat.js";

async function start(options: BrokerOptions = {}): Promise<ReferenceBroker> {
  const broker = await startBroker(options);
  const refusals: unknown[] = [];
  broker.on("disconnected", ({ reason }) => reason !== undefined && refusals.push(reason));
  onTestFinished(async () => {
    await broker.close();
    // A client may reset its connections when it ends; nothing it said was refused.
    expect(refusals.filter((reason) => !/ECONNRESET|EPIPE/.test(String(reason)))).toEqual([]);
  });
  return broker;
}

const missing = missingForKcat();
const leftOut = missing === undefined ? "" : ` (left out: ${missing})`;

describe.skipIf(missing !== undefined)(`kcat and our broker${leftOut}`, () => {
  const servers = (broker: ReferenceBroker): string[] => ["-b", broker.bootstrapServers.join(",")];

  async function kcat(args: readonly string[], input = ""): Promise<string> {
    const { code, stdout, stderr } = await runProgram("kcat", args, { input });
    expect(`${code}\n${stderr}`).toMatch(/^0\n/);
    return stdout;
  }

  test("lists the brokers, topics and partitions of a cluster", async () => {
    const broker = await start({ brokers: 3, topics: [{ topic: "orders", partitions: 6 }] });
    const listing = JSON.parse(await kcat([...servers(broker), "-L", "-J"]));
    expect(listing.brokers.map(({ id }: { id: number }) => id).sort()).toEqual([1, 2, 3]);
    expect(listing.topics).toMatchObject([{ topic: "orders", partitions: { length: 6 } }]);
  });

  test.each(["none", "gzip", "snappy", "lz4", "zstd"])(
    "reads back what it wrote with %s: keys, headers, empty and missing values",
    async (codec) => {
      const broker = await start();
      const lines = [
        "k1:v1",
        "k2:",
        "k3:v3",
        ...Array.from({ length: 500 }, (_, index) => `key${index}:${"value ".repeat(index % 20)}${index}`),
      ];
      await kcat(
        [
          ...servers(broker),
          "-P",
          "-t",
          "written",
          "-K",
          ":",
          "-Z",
          "-H",
          "one=1",
          "-H",
          "one=2",
          "-H",
          "empty=",
          "-z",
          codec,
        ],
        lines.join("\n"),
      );
      const read = await kcat([...servers(broker), "-C", "-t", "written", "-e", "-q", "-J"]);
      const messages = read
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(messages).toHaveLength(lines.length);
      expect(messages[0]).toMatchObject({ key: "k1", payload: "v1", headers: ["one", "1", "one", "2", "empty", ""] });
      expect(messages[1]).toMatchObject({ key: "k2", payload: null });
      expect(messages.map(({ offset }: { offset: number }) => offset)).toEqual(lines.map((_, index) => index));
    },
  );

  test("finds the offset of a time, and reads from there, from the end and to the end", async () => {
    const broker = await start({ topics: ["timed"] });
    await kcat([...servers(broker), "-P", "-t", "timed"], "early");
    await new Promise((resolve) => setTimeout(resolve, 30));
    const between = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 30));
    await kcat([...servers(broker), "-P", "-t", "timed"], "late\nlater");
    expect(await kcat([...servers(broker), "-Q", "-t", `timed:0:${between}`])).toContain("timed [0] offset 1");
    expect(await kcat([...servers(broker), "-C", "-t", "timed", "-o", `s@${between}`, "-e", "-q"])).toBe(
      "late\nlater\n",
    );
    expect(await kcat([...servers(broker), "-C", "-t", "timed", "-o", "-1", "-e", "-q"])).toBe("later\n");
  });

  test("reads in a group, and goes on where the group was", async () => {
    const broker = await start({ topics: [{ topic: "grouped", partitions: 4 }] });
    const send = (from: number): Promise<string> =>
      kcat(
        [...servers(broker), "-P", "-t", "grouped", "-K", ":"],
        Array.from({ length: 100 }, (_, index) => `${index}:${from + index}`).join("\n"),
      );
    const readInGroup = async (): Promise<number[]> => {
      const options = ["-q", "-e", "-X", "auto.offset.reset=earliest", "-X", "session.timeout.ms=6000"];
      const text = await kcat([...servers(broker), "-G", "readers", ...options, "grouped"]);
      return text
        .trim()
        .split("\n")
        .map(Number)
        .sort((one, other) => one - other);
    };
    await send(0);
    expect(await readInGroup()).toEqual(Array.from({ length: 100 }, (_, index) => index));
    await send(100);
    expect(await readInGroup()).toEqual(Array.from({ length: 100 }, (_, index) => 100 + index));
  });

  test("sends once what it sends idempotently, also when answers get lost", async () => {
    const broker = await start({ brokers: 2, topics: ["once"] });
    broker.intercept({ api: "Produce", nth: 2 }, async (request) => {
      await request.apply();
      request.drop();
    });
    const lines = Array.from({ length: 200 }, (_, index) => `${index}`);
    await kcat(
      [
        ...servers(broker),
        "-P",
        "-t",
        "once",
        "-X",
        "enable.idempotence=true",
        "-X",
        "batch.num.messages=20",
        "-X",
        "linger.ms=0",
      ],
      lines.join("\n"),
    );
    expect((await broker.log("once", 0).records()).map(({ value }) => String(value))).toEqual(lines);
  });

  // SCRAM of librdkafka before 2.6.1 repeats its nonce, which Apache Kafka refuses since CVE-2024-56128, and so do we.
  test("logs in with a password", async () => {
    const broker = await start({ sasl: { users: [{ username: "alice", password: "wonderland" }] } });
    const login = [
      "security.protocol=SASL_PLAINTEXT",
      "sasl.mechanism=PLAIN",
      "sasl.username=alice",
      "sasl.password=wonderland",
    ];
    const options = [...servers(broker), ...login.flatMap((option) => ["-X", option])];
    await kcat([...options, "-P", "-t", "secret"], "hello");
    expect(await kcat([...options, "-C", "-t", "secret", "-e", "-q"])).toBe("hello\n");
  });

  test("wakes from a long poll when something is written", async () => {
    const broker = await start({ topics: ["live"] });
    const reader = new ChildProgram("kcat", [
      ...servers(broker),
      "-C",
      "-t",
      "live",
      "-u",
      "-q",
      "-X",
      "fetch.wait.max.ms=10000",
    ]);
    onTestFinished(() => reader.close());
    await broker.waitFor("request", ({ api }) => api === "Fetch");
    await kcat([...servers(broker), "-P", "-t", "live"], "now");
    await reader.waitFor(/now/, { timeoutMs: 5000 });
  });
});

describe("kafkajs and our broker", () => {
  const client = (broker: ReferenceBroker, options: Partial<ConstructorParameters<typeof Kafka>[0]> = {}): Kafka =>
    new Kafka({
      brokers: [...broker.bootstrapServers],
      logLevel: logLevel.NOTHING,
      retry: { initialRetryTime: 50 },
      ...options,
    });

  /** A member of a group that notes what it gets. */
  async function member(
    kafka: Kafka,
    groupId: string,
    topic: string,
  ): Promise<{ consumer: Consumer; values: string[]; partitions: Set<number> }> {
    const consumer = kafka.consumer({ groupId, heartbeatInterval: 500, maxWaitTimeInMs: 200 });
    onTestFinished(() => consumer.disconnect());
    const values: string[] = [];
    const partitions = new Set<number>();
    await consumer.connect();
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachMessage: async ({ message, partition }: EachMessagePayload) => {
        values.push(String(message.value));
        partitions.add(partition);
      },
    });
    return { consumer, values, partitions };
  }

  test("administers topics: creates, describes, grows, lists offsets, deletes", async () => {
    const broker = await start({ brokers: 2 });
    const admin = client(broker).admin();
    onTestFinished(() => admin.disconnect());
    await admin.connect();
    expect(
      await admin.createTopics({
        waitForLeaders: true,
        topics: [{ topic: "made", numPartitions: 4, configEntries: [{ name: "retention.ms", value: "1000" }] }],
      }),
    ).toBe(true);
    expect(await admin.createTopics({ topics: [{ topic: "made" }] })).toBe(false);
    await admin.createPartitions({ topicPartitions: [{ topic: "made", count: 6 }] });
    const { topics } = await admin.fetchTopicMetadata({ topics: ["made"] });
    expect(topics[0]?.partitions).toHaveLength(6);
    expect((await admin.fetchTopicOffsets("made")).map(({ high }) => high)).toEqual(["0", "0", "0", "0", "0", "0"]);
    const { resources } = await admin.describeConfigs({
      includeSynonyms: true,
      resources: [{ type: 2, name: "made", configNames: ["retention.ms"] }],
    });
    expect(resources[0]?.configEntries).toMatchObject([{ configName: "retention.ms", configValue: "1000" }]);
    await admin.deleteTopics({ topics: ["made"] });
    expect(await admin.listTopics()).toEqual([]);
  });

  test("two members of a group share what it produced, across a rebalance", async () => {
    const broker = await start({ brokers: 2, topics: [{ topic: "shared", partitions: 6 }] });
    const kafka = client(broker);
    const producer = kafka.producer({ idempotent: true });
    onTestFinished(() => producer.disconnect());
    await producer.connect();
    const send = (from: number): Promise<unknown> =>
      producer.send({
        topic: "shared",
        messages: Array.from({ length: 300 }, (_, index) => ({
          key: `${index}`,
          value: `${from + index}`,
          headers: { of: "kafkajs" },
        })),
      });
    await send(0);
    const one = await member(kafka, "pair", "shared");
    await expect.poll(() => one.values.length, { timeout: 20_000 }).toBe(300);
    const two = await member(client(broker), "pair", "shared");
    one.partitions.clear();
    const assigned = (consumer: Consumer): Promise<unknown> => consumer.describeGroup();
    await expect
      .poll(async () => JSON.stringify(await assigned(two.consumer)), { timeout: 20_000 })
      .toContain('"state":"Stable"');
    await send(300);
    await expect.poll(() => new Set([...one.values, ...two.values]).size, { timeout: 30_000 }).toBe(600);
    expect(one.partitions.size).toBeGreaterThan(0);
    expect(two.partitions.size).toBeGreaterThan(0);
    expect([...one.partitions].filter((partition) => two.partitions.has(partition))).toEqual([]);
  });

  test("logs in over an encrypted connection, with SCRAM and with PLAIN", async () => {
    const broker = await start({
      tls: brokerTls,
      advertisedHost: "localhost",
      sasl: { users: [{ username: "alice", password: "wonderland" }] },
    });
    for (const mechanism of ["scram-sha-256", "scram-sha-512", "plain"] as const) {
      const admin = client(broker, {
        ssl: { ca: [testAuthority] },
        sasl: { mechanism, username: "alice", password: "wonderland" } as never,
      }).admin();
      await admin.connect();
      expect((await admin.describeCluster()).brokers).toHaveLength(1);
      await admin.disconnect();
      const refused = client(broker, {
        ssl: { ca: [testAuthority] },
        sasl: { mechanism, username: "alice", password: "wrong" } as never,
        retry: { retries: 0 },
      }).admin();
      await expect(refused.connect()).rejects.toThrow(/auth/i);
      await refused.disconnect();
    }
  });
});
