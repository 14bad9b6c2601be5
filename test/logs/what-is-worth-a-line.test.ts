import { Metadata } from "@moldau/protocol-codec";
import { startBroker, type BrokerOptions } from "@moldau/reference-broker";
import { Kafka, type KafkaOptions, type LogFields, type LogLevel } from "moldau";
import { describe, expect, it, onTestFinished } from "vitest";
import { closeAll, newCluster, until } from "../support/connecting.js";
import { ScriptedBroker } from "../support/scripted-broker.js";

interface Line {
  readonly level: LogLevel;
  readonly message: string;
  readonly fields: LogFields;
}

/** A logger that keeps lines of these levels. */
function keeping(...levels: readonly LogLevel[]) {
  const lines: Line[] = [];
  const keep = (level: LogLevel) => (message: string, fields: LogFields) => {
    if (levels.includes(level)) lines.push({ level, message, fields });
  };
  return { lines, logger: { error: keep("error"), warn: keep("warn"), info: keep("info"), debug: keep("debug") } };
}

/** A broker, and a client of it whose lines of the upper levels are kept. */
async function start(options: BrokerOptions = {}, changes: Partial<KafkaOptions> = {}) {
  const broker = await startBroker({ topics: ["orders"], ...options });
  const { lines, logger } = keeping("error", "warn");
  const kafka = new Kafka({
    brokers: broker.bootstrapServers,
    clientId: "shop",
    logger,
    retry: { initialDelayMs: 5, maxDelayMs: 20 },
    ...changes,
  });
  onTestFinished(async () => {
    await kafka.close();
    await broker.close();
  });
  return { broker, kafka, lines };
}

const about = (fields: object) => expect.objectContaining({ clientId: "shop", ...fields }) as LogFields;
const saying = (text: string) => expect.stringContaining(text) as string;
const inBillingGroup = { groupId: "billing", topics: ["orders"], startFrom: "earliest" } as const;

describe("of a producer", () => {
  it("a batch that is sent again, once however often", async () => {
    const { broker, kafka, lines } = await start();
    let refused = 0;
    const rule = broker.intercept({ api: "Produce" }, (request) => {
      request.fail("NOT_ENOUGH_REPLICAS");
      if (++refused === 20) rule.remove();
    });
    await kafka.producer().send({ topic: "orders", messages: [{ value: "a" }, { value: "b" }] });
    expect(lines).toEqual([
      {
        level: "warn",
        message: expect.stringMatching(
          /^A batch of 2 messages for partition 0 of orders is sent again in \d+ ms: NOT_ENOUGH_REPLICAS/,
        ) as string,
        fields: about({ topic: "orders", partition: 0, code: "NOT_ENOUGH_REPLICAS", count: 2, attempts: 1 }),
      },
    ]);
  });

  it("a batch that is given up", async () => {
    const { broker, kafka, lines } = await start();
    broker.intercept({ api: "Produce" }, (request) => request.fail("POLICY_VIOLATION"));
    const producer = kafka.producer();
    for (let call = 0; call < 10; call++)
      await expect(producer.send({ topic: "orders", messages: [{ value: "a" }] })).rejects.toThrow();
    expect(lines).toEqual([
      {
        level: "error",
        message: saying(
          "A batch of one message for partition 0 of orders was given up and is not in the log; the calls",
        ),
        fields: about({ topic: "orders", partition: 0, code: "POLICY_VIOLATION", written: "no" }),
      },
    ]);
  });

  it("messages that wait for a topic", async () => {
    const { kafka, lines } = await start({ configs: { "auto.create.topics.enable": "false" } });
    const sending = kafka.producer({ maxBlockMs: 300 }).send({ topic: "nowhere", messages: [{ value: "a" }] });
    await expect(sending).rejects.toThrow();
    expect(lines).toEqual([
      {
        level: "warn",
        message: saying("Messages for nowhere wait, and the topic is asked for again in"),
        fields: about({ topic: "nowhere", code: "UNKNOWN_TOPIC_OR_PARTITION" }),
      },
    ]);
  });

  it("a send that waits for memory", async () => {
    const { broker, kafka, lines } = await start();
    const producer = kafka.producer({ bufferMemory: 20_000, batchSize: 10_000 });
    await producer.send({ topic: "orders", messages: [{ value: "a" }] });
    const rule = broker.intercept({ api: "Produce" }, async (request) => {
      await until(() => lines.length > 0);
      await request.apply();
    });
    const value = "a".repeat(9000);
    await Promise.all(Array.from({ length: 8 }, () => producer.send({ topic: "orders", messages: [{ value }] })));
    rule.remove();
    expect(lines).toEqual([
      { level: "warn", message: saying("A send waits, because bufferMemory is full"), fields: about({}) },
    ]);
  });
});

describe("of a consumer", () => {
  it("what it tries again, and that reading ended", async () => {
    const { broker, kafka, lines } = await start();
    broker.intercept({ api: "OffsetFetch", nth: 1 }, (request) => request.fail("COORDINATOR_LOAD_IN_PROGRESS"));
    broker.intercept({ api: "Fetch" }, (request) => request.fail("TOPIC_AUTHORIZATION_FAILED"));
    await kafka.producer().send({ topic: "orders", messages: [{ value: "a" }] });
    await expect(kafka.consumer(inBillingGroup)[Symbol.asyncIterator]().next()).rejects.toThrow();
    expect(lines).toEqual([
      {
        level: "warn",
        message: expect.stringMatching(
          /^The consumer of the group billing tries again in \d+ ms \(position\): COORDINATOR_LOAD_IN_PROGRESS/,
        ) as string,
        fields: about({ groupId: "billing", code: "COORDINATOR_LOAD_IN_PROGRESS", operation: "position" }),
      },
      {
        level: "error",
        message: saying(
          "The reading of the group billing ended with an error, which the loop gets; the next loop begins",
        ),
        fields: about({ groupId: "billing", code: "TOPIC_AUTHORIZATION_FAILED", topic: "orders" }),
      },
    ]);
  });

  it("offsets that will never be committed", async () => {
    const { broker, kafka, lines } = await start();
    broker.intercept({ api: "OffsetCommit" }, (request) => request.fail("TOPIC_AUTHORIZATION_FAILED"));
    await kafka.producer().send({ topic: "orders", messages: [{ value: "a" }] });
    const consumer = kafka.consumer(inBillingGroup);
    for await (const message of consumer) {
      await expect(consumer.commit(message)).rejects.toThrow();
      break;
    }
    expect(lines).toEqual([
      {
        level: "error",
        message: saying(
          "Offsets of orders-0 will not be committed for the group billing, and are not tried again: TOPIC",
        ),
        fields: about({ groupId: "billing", topic: "orders", partition: 0, code: "TOPIC_AUTHORIZATION_FAILED" }),
      },
    ]);
  });

  it("partitions that were lost", async () => {
    const { broker, kafka, lines } = await start();
    broker.intercept({ api: "Heartbeat", nth: 1 }, (request) => request.fail("UNKNOWN_MEMBER_ID"));
    const consumer = kafka.consumer({ ...inBillingGroup, heartbeatIntervalMs: 50 });
    const lost = new Promise((resolve) => consumer.once("lost", resolve));
    await consumer.connect();
    await lost;
    expect(lines.filter(({ message }) => message.includes("took"))).toEqual([
      {
        level: "warn",
        message: saying("The group billing went on without this consumer and took orders-0 away."),
        fields: about({ groupId: "billing", topic: "orders", partition: 0 }),
      },
    ]);
  });
});

describe("of logins and quotas", () => {
  const users = [{ username: "ann", password: "right" }];

  it("a login that is refused, once", async () => {
    const sasl = { mechanism: "PLAIN", username: "ann", password: "wrong" } as const;
    const { kafka, lines } = await start({ sasl: { users } }, { sasl });
    for (let attempt = 0; attempt < 5; attempt++) await expect(kafka.connect()).rejects.toThrow();
    expect(lines).toEqual([
      {
        level: "error",
        message: expect.stringMatching(
          /^The broker at \S+ cannot be used: SASL_AUTHENTICATION_FAILED.* Trying again would not help: what needs it fails\.$/,
        ) as string,
        fields: about({ code: "SASL_AUTHENTICATION_FAILED" }),
      },
    ]);
  });

  it("a login that could not be renewed, since the credentials have expired", async () => {
    let password = "right";
    const sasl = {
      name: "PLAIN",
      async *converse() {
        yield Buffer.from(`\0ann\0${password}`);
      },
    };
    const { kafka, lines } = await start({ sasl: { users, sessionLifetimeMs: 300 } }, { sasl });
    await kafka.connect();
    password = "expired";
    await until(() => lines.length > 0);
    expect(lines).toEqual([
      {
        level: "error",
        message: expect.stringMatching(
          /^The login to the broker at \S+ could not be renewed, and its connection is closed: .*SASL_AUTHENTICATION_FAILED/,
        ) as string,
        fields: about({ code: "SASL_AUTHENTICATION_FAILED" }),
      },
    ]);
  });

  it("a broker that holds the client back, once however often", async () => {
    const { lines, logger } = keeping("error", "warn");
    const broker = await ScriptedBroker.start();
    onTestFinished(async () => {
      await closeAll();
      await broker.close();
    });
    broker.on(Metadata, () => ({ ...broker.metadata(), throttleTimeMs: 10 }));
    const cluster = newCluster([broker], { clientId: "shop", logger });
    await cluster.connect();
    for (let asked = 0; asked < 5; asked++) await cluster.request(Metadata, { topics: [] }, { node: 7 });
    expect(lines.length).toBeLessThanOrEqual(2);
    expect(lines[0]).toEqual({
      level: "warn",
      message: expect.stringMatching(
        / holds this client back for 10 ms after Metadata: a quota is used up\./,
      ) as string,
      fields: about({ throttleTimeMs: 10, apiName: "Metadata" }),
    });
  });
});
