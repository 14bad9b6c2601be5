import { performance } from "node:perf_hooks";
import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { Kafka, KafkaError, type KafkaOptions } from "moldau";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { brokerTls } from "../support/certificates.js";
import { deadAddress } from "../support/free-ports.js";

/** What an application may be waiting for when the cluster cannot be reached, each with its bound. */
const faces: readonly [string, (kafka: Kafka, timeoutMs: number) => Promise<unknown>][] = [
  ["producer.send", (kafka, timeoutMs) => kafka.producer({ deliveryTimeoutMs: timeoutMs }).send(order)],
  ["consumer.connect", (kafka, timeoutMs) => kafka.consumer(group).connect({ timeoutMs })],
  ["admin.listTopics", (kafka, timeoutMs) => kafka.admin().listTopics({ timeoutMs })],
  ["producer.connect", (kafka, timeoutMs) => kafka.producer().connect({ timeoutMs })],
  ["admin.connect", (kafka, timeoutMs) => kafka.admin().connect({ timeoutMs })],
  ["kafka.connect", (kafka, timeoutMs) => kafka.connect({ timeoutMs })],
];

const order = { topic: "orders", messages: [{ value: "1" }] };
const group = { groupId: "billing", topics: ["orders"] };

let secured: ReferenceBroker;
let encrypted: ReferenceBroker;

beforeAll(async () => {
  const users = [{ username: "u", password: "right" }];
  secured = await startBroker({ sasl: { users, mechanisms: ["PLAIN"] } });
  encrypted = await startBroker({ tls: brokerTls });
});
afterAll(async () => {
  await Promise.all([secured.close(), encrypted.close()]);
});

interface Failure {
  readonly error: KafkaError;
  readonly ms: number;
}

/** Makes a client, lets it wait for something for as long as it may, and closes it. */
async function failureOf(
  options: KafkaOptions,
  ask: (kafka: Kafka, timeoutMs: number) => Promise<unknown>,
  timeoutMs: number,
): Promise<Failure> {
  const kafka = new Kafka({ retry: { initialDelayMs: 20, maxDelayMs: 50 }, ...options });
  const before = performance.now();
  try {
    await ask(kafka, timeoutMs);
  } catch (error) {
    if (error instanceof KafkaError) return { error, ms: performance.now() - before };
    throw error;
  } finally {
    await kafka.close({ timeoutMs: 0 }).catch(() => undefined);
  }
  throw new Error("It did not fail.");
}

describe.each(faces)("%s", (_, ask) => {
  it("waits for a broker that is not there for as long as it may, and says so at the end", async () => {
    const { error, ms } = await failureOf({ brokers: [await deadAddress()] }, ask, 400);
    expect(error.message).toContain("ECONNREFUSED");
    expect(ms).toBeGreaterThan(250);
    expect(ms).toBeLessThan(2500);
  });

  it("says at once that the password is wrong", async () => {
    const sasl = { mechanism: "PLAIN", username: "u", password: "wrong" } as const;
    const { error, ms } = await failureOf({ brokers: secured.bootstrapServers, sasl }, ask, 10_000);
    expect(error.message).toContain("SASL_AUTHENTICATION_FAILED");
    expect(ms).toBeLessThan(3000);
  });

  it("says that nobody vouches for the certificate, at once", async () => {
    const { error, ms } = await failureOf({ brokers: encrypted.bootstrapServers, tls: true }, ask, 10_000);
    expect(error.message).toMatch(/certificate/u);
    expect(ms).toBeLessThan(3000);
  });

  it("says that the port asks for a login", async () => {
    const { error } = await failureOf({ brokers: secured.bootstrapServers }, ask, 400);
    expect(error.message).toContain("Does it ask for a login (option sasl)?");
  });

  it("says that the port is encrypted", async () => {
    const { error } = await failureOf({ brokers: encrypted.bootstrapServers }, ask, 400);
    expect(error.message).toMatch(/option tls/u);
  });
});
