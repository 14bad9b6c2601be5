import { createServer } from "node:net";
import { startBroker } from "@moldau/reference-broker";
import type { ProducerOptions, SendOptions } from "@moldau/producer";
import { Kafka, type KafkaOptions } from "moldau";
import { describe, expect, it, onTestFinished } from "vitest";
import { brokerTls } from "../support/certificates.js";
import { sendErrorOf } from "../support/producing.js";

/** An address where nobody listens. */
async function silentPort(): Promise<readonly string[]> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  await new Promise((resolve) => server.close(resolve));
  return [`127.0.0.1:${address.port}`];
}

async function broker(options: Parameters<typeof startBroker>[0] = {}): Promise<readonly string[]> {
  const started = await startBroker(options);
  onTestFinished(() => started.close());
  return started.bootstrapServers;
}

interface Failure {
  readonly code: string;
  readonly text: string;
  readonly tookMs: number;
}

/** What a send to the address rejects with, and after how long. */
async function failed(
  brokers: readonly string[],
  {
    client = {},
    producer = {},
    send = {},
  }: { client?: Partial<KafkaOptions>; producer?: ProducerOptions; send?: Partial<SendOptions> },
): Promise<Failure> {
  const kafka = new Kafka({ brokers, ...client });
  onTestFinished(() => kafka.close({ timeoutMs: 0 }));
  const begin = performance.now();
  const error = await sendErrorOf(
    kafka.producer(producer).send({ topic: "orders", messages: [{ value: "a" }], ...send }),
  );
  expect(error.failed).toMatchObject([{ written: "no", indexes: [0] }]);
  return { code: error.code, text: error.message, tookMs: performance.now() - begin };
}

describe("a send that no broker can be reached for", () => {
  const bounds: readonly (readonly [string, { producer?: ProducerOptions; send?: Partial<SendOptions> }])[] = [
    ["timeoutMs", { send: { timeoutMs: 700 } }],
    ["maxBlockMs", { producer: { maxBlockMs: 700 } }],
    ["deliveryTimeoutMs", { producer: { deliveryTimeoutMs: 700 } }],
  ];
  for (const [name, bound] of bounds) {
    it(`ends within ${name} and says that the connection was refused`, async () => {
      const address = await silentPort();
      const { text, tookMs } = await failed(address, bound);
      expect(text).toContain("ECONNREFUSED");
      expect(text).toContain('"orders"');
      expect(tookMs).toBeGreaterThan(300);
      expect(tookMs).toBeLessThan(5000);
    });
  }

  it("says that the host is not known", async () => {
    const { text } = await failed(["nowhere.invalid:9092"], { send: { timeoutMs: 700 } });
    expect(text).toMatch(/nowhere\.invalid.*(ENOTFOUND|EAI_AGAIN)/s);
  });

  it("says that the port speaks no TLS, or nothing else", async () => {
    const plain = await broker();
    expect((await failed(plain, { client: { tls: true }, send: { timeoutMs: 1500 } })).text).toMatch(/TLS/);
    const secure = await broker({ tls: brokerTls });
    expect((await failed(secure, { send: { timeoutMs: 1500 } })).text).toMatch(/connection/i);
  });
});

describe("a send that cannot succeed", () => {
  it("fails at once when the password is wrong, or the login is missing on the client's side", async () => {
    const users = [{ username: "ann", password: "right" }];
    const address = await broker({ sasl: { mechanisms: ["SCRAM-SHA-256"], users } });
    const sasl = { mechanism: "scram-sha-256", username: "ann", password: "wrong" } as const;
    const wrong = await failed(address, { client: { sasl } });
    expect(wrong.tookMs).toBeLessThan(5000);
    expect(wrong.code).toMatch(/SASL/);
  });

  it("fails at once when the certificate is signed by nobody known", async () => {
    const address = await broker({ tls: brokerTls });
    const { code, tookMs } = await failed(address, { client: { tls: true } });
    expect(code).toBe("CLIENT_TLS_FAILED");
    expect(tookMs).toBeLessThan(5000);
  });
});

describe("closing", () => {
  it("ends within its time, and what was not sent is rejected with the reason", async () => {
    const address = await silentPort();
    const kafka = new Kafka({ brokers: address });
    onTestFinished(() => kafka.close({ timeoutMs: 0 }));
    const producer = kafka.producer();
    const sent = sendErrorOf(producer.send({ topic: "orders", messages: [{ value: "a" }] }));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const begin = performance.now();
    await producer.close({ timeoutMs: 200 });
    expect(performance.now() - begin).toBeLessThan(3000);
    const error = await sent;
    expect(error.code).toBe("CLIENT_CLOSED");
    expect(error.message).toContain("The producer was closed before this had an outcome");
    expect(error.message).toContain("ECONNREFUSED");
  });
});
