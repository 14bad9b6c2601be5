import { startBroker, type BrokerOptions, type ReferenceBroker } from "@moldau/reference-broker";
import { settableClock, type SettableClock } from "moldau-testing";
import { Kafka, type KafkaOptions } from "moldau";
import { describe, expect, it, onTestFinished } from "vitest";
import { freePort } from "../support/free-ports.js";

const jumps = [
  ["set back by an hour", -3_600_000],
  ["set back by ten minutes", -600_000],
  ["set forward by five minutes", 300_000],
] as const;

describe.each(jumps)("when the clock of everybody is %s", (_, byMs) => {
  it("a broker that could not be reached is tried again as soon as ever", async () => {
    const clock = settableClock();
    const port = await freePort();
    const kafka = newKafka({ brokers: [`127.0.0.1:${port}`], clock });
    await expect(kafka.connect()).rejects.toThrow(/ECONNREFUSED/);
    const sent = kafka.producer().send({ topic: "orders", messages: [{ value: "paid" }] });
    clock.setWallClock(byMs);
    const broker = await newBroker({ port, clock });
    const connections = countOf(broker, "connected");
    await expect(sent).resolves.toMatchObject([{ topic: "orders", count: 1 }]);
    // Metadata, the topic's creation, and the producer: no storm either.
    expect(connections()).toBeLessThanOrEqual(3);
  });

  it("a leader that moved without a word of where to is asked for anew, and the message arrives", async () => {
    const { clock, broker, kafka } = await start({ brokers: 2 });
    const producer = kafka.producer({ deliveryTimeoutMs: 10_000 });
    await producer.send({ topic: "orders", messages: [{ value: "1" }] });
    const [{ leader: former } = { leader: -1 }] = broker.topic("orders")?.partitions ?? [];
    const asked = countOf(broker, "request", ({ api }) => api === "Produce" || api === "Metadata");
    broker.intercept({ api: "Produce", broker: former }, (request) => request.fail("NOT_LEADER_OR_FOLLOWER"));
    clock.setWallClock(byMs);
    await broker.moveLeader("orders", 0, former === 1 ? 2 : 1);
    await producer.send({ topic: "orders", messages: [{ value: "2" }] });
    expect(asked()).toBeLessThanOrEqual(10);
  });

  it("a consumer whose loop is at work keeps its partitions, and its group sees no rebalance", async () => {
    const { clock, broker, kafka } = await start();
    const producer = kafka.producer();
    await producer.send({ topic: "orders", messages: [{ value: "1" }, { value: "2" }] });
    const consumer = kafka.consumer({
      groupId: "billing",
      topics: ["orders"],
      startFrom: "earliest",
      maxPollIntervalMs: 5_000,
      heartbeatIntervalMs: 100,
    });
    const joins = countOf(broker, "request", ({ api }) => api === "JoinGroup");
    const lost: unknown[] = [];
    consumer.on("revoked", (event) => lost.push(event));
    consumer.on("lost", (event) => lost.push(event));
    const heartbeats = countOf(broker, "request", ({ api }) => api === "Heartbeat");
    const read: string[] = [];
    for await (const { value } of consumer) {
      read.push(String(value));
      if (read.length === 3) break;
      if (read.length === 1) {
        clock.setWallClock(byMs);
        // Long enough for the watch over the loop to have looked, and for heartbeats to have stayed out.
        await pause(1_200);
        await producer.send({ topic: "orders", messages: [{ value: "3" }] });
      }
    }
    expect(read).toEqual(["1", "2", "3"]);
    expect(heartbeats()).toBeGreaterThan(3);
    expect({ joins: joins(), lost }).toEqual({ joins: joinsOfANewMember, lost: [] });
  });

  it("a fetch that waits for messages comes back in its time, and so does the next one", async () => {
    const { clock, broker, kafka } = await start();
    const consumer = kafka.consumer({ groupId: "billing", topics: ["orders"], fetchMaxWaitMs: 300 });
    const durations: number[] = [];
    broker.on("response", ({ api, durationMs }) => {
      if (api === "Fetch") durations.push(durationMs);
    });
    const next = consumer[Symbol.asyncIterator]().next();
    await broker.waitFor("response", ({ api }) => api === "Fetch");
    await pause(50);
    durations.length = 0;
    clock.setWallClock(byMs);
    await pause(1_500);
    expect(durations.length).toBeGreaterThanOrEqual(3);
    expect(durations.length).toBeLessThanOrEqual(6);
    for (const duration of durations) expect(duration).toBeGreaterThanOrEqual(290);
    for (const duration of durations) expect(duration).toBeLessThan(1_000);
    await kafka.producer().send({ topic: "orders", messages: [{ value: "at last" }] });
    expect(String((await next).value?.value)).toBe("at last");
  });

  it("messages that wait for company go out in their time", async () => {
    const { clock, broker, kafka } = await start();
    const producer = kafka.producer({ lingerMs: 200 });
    await producer.send({ topic: "orders", messages: [{ value: "1" }] });
    const produces = countOf(broker, "request", ({ api }) => api === "Produce");
    const startedAt = clock.monotonic();
    const sent = [
      producer.send({ topic: "orders", messages: [{ value: "2" }] }),
      producer.send({ topic: "orders", messages: [{ value: "3" }] }),
    ];
    clock.setWallClock(byMs);
    await Promise.all(sent);
    expect(produces()).toBe(1);
    expect(clock.monotonic() - startedAt).toBeGreaterThanOrEqual(195);
    expect(clock.monotonic() - startedAt).toBeLessThan(5_000);
  });

  it("what an admin is asked for is tried again for as long as ever", async () => {
    const { clock, broker, kafka } = await start();
    const creations = countOf(broker, "request", ({ api }) => api === "CreateTopics");
    broker.intercept({ api: "CreateTopics", times: 2 }, (request) => {
      clock.setWallClock(byMs);
      request.fail("NOT_CONTROLLER");
    });
    await kafka.admin().createTopics({ topics: [{ topic: "invoices", partitions: 2 }] });
    expect(broker.topic("invoices")?.partitions.length).toBe(2);
    expect(creations()).toBe(3);
  });

  it("a login is good for as long as the broker said", async () => {
    const login = { username: "alice", password: "secret" };
    const { clock, broker, kafka } = await start(
      { sasl: { users: [login], mechanisms: ["PLAIN"], sessionLifetimeMs: 60_000 } },
      { sasl: { mechanism: "PLAIN", ...login } },
    );
    const producer = kafka.producer();
    await producer.send({ topic: "orders", messages: [{ value: "1" }] });
    const connections = countOf(broker, "connected");
    const logins = countOf(broker, "request", ({ api }) => api === "SaslAuthenticate");
    clock.setWallClock(byMs);
    await producer.send({ topic: "orders", messages: [{ value: "2" }] });
    await pause(100);
    await producer.send({ topic: "orders", messages: [{ value: "3" }] });
    expect({ connections: connections(), logins: logins() }).toEqual({ connections: 0, logins: 0 });
  });
});

/** The first is answered with a member id, the second makes the member. */
const joinsOfANewMember = 2;

async function start(
  options: BrokerOptions = {},
  client: Partial<KafkaOptions> = {},
): Promise<{
  readonly clock: SettableClock;
  readonly broker: ReferenceBroker;
  readonly kafka: Kafka;
}> {
  const clock = settableClock();
  const broker = await newBroker({ clock, topics: [{ topic: "orders", partitions: 1 }], ...options });
  return { clock, broker, kafka: newKafka({ brokers: broker.bootstrapServers, clock, ...client }) };
}

async function newBroker(options: BrokerOptions): Promise<ReferenceBroker> {
  const broker = await startBroker(options);
  onTestFinished(() => broker.close());
  return broker;
}

function newKafka(options: KafkaOptions): Kafka {
  const kafka = new Kafka(options);
  onTestFinished(() => kafka.close());
  return kafka;
}

/** How many events there were since now. */
function countOf<Name extends "request" | "connected">(
  broker: ReferenceBroker,
  name: Name,
  isMeant: (event: { readonly api: string }) => boolean = () => true,
): () => number {
  let count = 0;
  const note = (event: object): void => {
    if (isMeant({ api: "", ...event })) count += 1;
  };
  broker.on(name, note);
  return () => count;
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}
