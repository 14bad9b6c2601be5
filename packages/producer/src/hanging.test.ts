import { turns } from "moldau-testing";
import { describe, expect, it } from "vitest";
import { FakeCluster } from "../test-support/fake-cluster.js";
import { Producer, type ProducerOptions, type Serializers, type WaitingEvent } from "./index.js";

/** A serializer that answers for a value when the test says so, and for `quick…` at once. */
class Registry {
  readonly asked: string[] = [];
  readonly #answers: (() => void)[] = [];

  readonly serialize: Serializers<string, string> = {
    value: async (value) => {
      this.asked.push(value);
      if (!value.startsWith("quick")) await new Promise<void>((resolve) => this.#answers.push(resolve));
      return value;
    },
  };

  answer(): void {
    for (const answer of this.#answers.splice(0)) answer();
  }
}

function start(
  options: ProducerOptions<string, string> = {},
  topics?: Record<string, number>,
): { cluster: FakeCluster; registry: Registry; producer: Producer<string, string> } {
  const cluster = new FakeCluster(topics);
  const registry = new Registry();
  cluster.onRequest = (request) => void request.succeed();
  return { cluster, registry, producer: new Producer(cluster, { serialize: registry.serialize, ...options }) };
}

function send(producer: Producer<string, string>, value: string, timeoutMs?: number): Promise<unknown> {
  const messages = [{ value }];
  return producer.send({ topic: "orders", messages, timeoutMs }).catch((error: unknown) => error);
}

describe("a serializer that does not answer", () => {
  it("fails its call after maxBlockMs, with nothing written, and lets the others go on", async () => {
    const { cluster, producer } = start({ maxBlockMs: 500 });
    const hung = send(producer, "hung");
    await cluster.clock.advance(400);
    const next = send(producer, "quick");
    await cluster.clock.advance(99);
    expect(cluster.log("orders", 0).values).toEqual([]);
    await cluster.clock.advance(1);
    expect(await hung).toMatchObject({ code: "CLIENT_REQUEST_TIMEOUT", failed: [{ written: "no", indexes: [0] }] });
    expect(String(await hung)).toContain("within 500 ms, since a serializer has not answered");
    expect(await next).toMatchObject([{ baseOffset: 0n }]);
    expect(cluster.log("orders", 0).values).toEqual(["quick"]);
    await producer.close();
  });

  it("holds nobody longer than the call's own timeoutMs, those behind it included", async () => {
    const { cluster, producer } = start();
    const hung = send(producer, "hung", 5000);
    const behind = send(producer, "quick", 200);
    await cluster.clock.advance(200);
    expect(String(await behind)).toContain("within 200 ms, since earlier calls still wait for the topic");
    await cluster.clock.advance(4800);
    expect(await hung).toMatchObject({ code: "CLIENT_REQUEST_TIMEOUT" });
    await producer.close();
  });

  it("is given up with the call's signal, and with the producer", async () => {
    const { cluster, producer } = start();
    const stop = new AbortController();
    const aborted = producer
      .send({ topic: "orders", messages: [{ value: "hung" }], signal: stop.signal })
      .catch((error: unknown) => error);
    const next = send(producer, "quick");
    await turns();
    stop.abort();
    expect(await aborted).toMatchObject({ code: "CLIENT_ABORTED" });
    expect(await next).toMatchObject([{ baseOffset: 0n }]);
    const hung = send(producer, "hung");
    const closing = producer.close({ timeoutMs: 10 });
    await cluster.clock.advance(10);
    await closing;
    expect(await hung).toMatchObject({ code: "CLIENT_CLOSED" });
    expect(cluster.clock.armed).toBe(0);
  });

  it("is not asked for more than the producer's memory holds", async () => {
    const { cluster, registry, producer } = start({ bufferMemory: 2560, batchSize: 1000 });
    const calls = Array.from({ length: 100 }, async (_, index) => send(producer, `slow${index}`));
    await turns();
    expect(registry.asked.length).toBeLessThanOrEqual(11);
    for (let round = 0; round < 300; round++) {
      registry.answer();
      await turns(1);
    }
    await cluster.clock.advance(100);
    await Promise.all(calls);
    expect(cluster.log("orders", 0).values).toEqual(Array.from({ length: 100 }, (_, index) => `slow${index}`));
    await producer.close();
  });
});

describe("a topic that does not exist", () => {
  it("is told of while messages wait for it, and all of them end with the reason", async () => {
    const { cluster, producer } = start({ maxBlockMs: 300 });
    const told: WaitingEvent[] = [];
    producer.on("waiting", (event) => told.push(event));
    const calls = ["quick1", "quick2", "quick3"].map(async (value) =>
      producer.send({ topic: "nowhere", messages: [{ value }] }).catch((error: unknown) => error),
    );
    await cluster.clock.advance(300);
    for (const error of await Promise.all(calls)) {
      expect(error).toMatchObject({ code: "UNKNOWN_TOPIC_OR_PARTITION", topic: "nowhere" });
      expect(String(error)).toMatch(/^SendError: The message was not delivered to topic "nowhere": /);
    }
    expect(told[0]).toMatchObject({ topic: "nowhere", error: { code: "UNKNOWN_TOPIC_OR_PARTITION" } });
    await producer.close();
  });
});

describe("a signal", () => {
  it("may stand behind any number of sends: nothing stays on it, and Node does not warn", async () => {
    const { producer } = start();
    const warnings: unknown[] = [];
    const warned = (warning: Error): void => void warnings.push(warning.message);
    process.on("warning", warned);
    const { signal } = new AbortController();
    let listeners = 0;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners += 1;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners -= 1;
      remove(...args);
    };
    await producer.send({ topic: "orders", messages: [], signal });
    expect(listeners).toBe(0);
    const calls = Array.from({ length: 30 }, (_, index) =>
      producer.send({ topic: "orders", messages: [{ value: `quick${index}` }], signal }),
    );
    expect(listeners).toBeGreaterThan(10);
    await Promise.all(calls);
    await turns();
    expect([listeners, warnings]).toEqual([0, []]);
    process.off("warning", warned);
    await producer.close();
  });
});
