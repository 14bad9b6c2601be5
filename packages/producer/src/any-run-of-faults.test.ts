import { ErrorCode } from "@moldau/protocol-codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FakeCluster } from "../test-support/fake-cluster.js";
import type { FakeRequest } from "../test-support/fake-connection.js";
import { turns } from "moldau-testing";
import { Producer, SendError, type ProducerOptions, type SentBatch } from "./index.js";

/** What may become of a request. */
type Fate =
  | "succeed"
  | "succeed late"
  | "lose the request"
  | "lose the answer"
  | "not leader"
  | "not leader, but written"
  | "not enough replicas"
  | "timed out after the append"
  | "refused for good"
  | "too large"
  | "never answered";

const fates: readonly Fate[] = [
  "succeed",
  "succeed late",
  "lose the request",
  "lose the answer",
  "not leader",
  "not leader, but written",
  "not enough replicas",
  "timed out after the append",
  "refused for good",
  "too large",
  "never answered",
];

/** What the application does, between two looks at its watch. */
type Step =
  | { readonly type: "send"; readonly partition: number; readonly count: number }
  | { readonly type: "wait"; readonly ms: number }
  | { readonly type: "move"; readonly partition: number; readonly leader: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ type: fc.constant("send"), partition: fc.nat(1), count: fc.integer({ min: 1, max: 4 }) }),
  },
  { weight: 3, arbitrary: fc.record({ type: fc.constant("wait"), ms: fc.constantFrom(0, 10, 150, 700, 2500) }) },
  {
    weight: 1,
    arbitrary: fc.record({ type: fc.constant("move"), partition: fc.nat(1), leader: fc.integer({ min: 1, max: 3 }) }),
  },
);

interface Sent {
  readonly partition: number;
  readonly values: readonly string[];
  readonly outcome: Promise<readonly SentBatch[]>;
}

class Run {
  readonly cluster = new FakeCluster({ orders: 2 });
  readonly producer: Producer;
  readonly sent: Sent[] = [];
  readonly #fates: Iterator<Fate>;
  readonly #late: FakeRequest[] = [];

  constructor(options: ProducerOptions, sequence: readonly Fate[]) {
    this.producer = new Producer(this.cluster, options);
    this.#fates = sequence[Symbol.iterator]();
    this.cluster.onRequest = (request) => void this.#decide(request);
  }

  async play(steps: readonly Step[]): Promise<void> {
    for (const one of steps) {
      if (one.type === "wait") await this.cluster.clock.advance(one.ms);
      else if (one.type === "move") this.cluster.moveLeader("orders", one.partition, one.leader);
      else this.#send(one.partition, one.count);
      await turns(one.type === "send" ? 1 : 3);
      for (const request of this.#late.splice(0)) await request.succeed();
    }
    // From here on everything succeeds, and whatever hangs is given up by its connection.
    for (let i = 0; i < 60; i++) {
      await this.cluster.clock.advance(1000);
      for (const request of this.#late.splice(0)) await request.succeed();
    }
    await this.producer.close();
  }

  #send(partition: number, count: number): void {
    const values = Array.from({ length: count }, (_, index) => `${this.sent.length}.${index}`);
    const outcome = this.producer.send({ topic: "orders", messages: values.map((value) => ({ value, partition })) });
    outcome.catch(() => undefined);
    this.sent.push({ partition, values, outcome });
  }

  async #decide(request: FakeRequest): Promise<void> {
    const fate = this.#fates.next().value ?? "succeed";
    await Promise.resolve();
    switch (fate) {
      case "succeed":
        return request.succeed();
      case "succeed late":
        return void this.#late.push(request);
      case "lose the request":
        return request.disconnect();
      case "lose the answer":
        return request.apply().disconnect();
      case "not leader":
        return request.refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER);
      case "not leader, but written":
        return request.apply().refuse(ErrorCode.NOT_LEADER_OR_FOLLOWER);
      case "not enough replicas":
        return request.refuse(ErrorCode.NOT_ENOUGH_REPLICAS);
      case "timed out after the append":
        return request.apply().refuse(ErrorCode.REQUEST_TIMED_OUT);
      case "refused for good":
        return request.refuse(ErrorCode.INVALID_RECORD);
      case "too large":
        return request.refuse(ErrorCode.MESSAGE_TOO_LARGE);
      case "never answered":
        this.cluster.clock.timer(900, () => void request.disconnect());
        return;
    }
  }
}

/** The promises of the producer, held against what is really in the logs. */
async function judge({ cluster, sent }: Run): Promise<void> {
  for (const partition of [0, 1]) {
    const log = cluster.log("orders", partition).values;
    const ours = sent.filter((one) => one.partition === partition);
    const order = ours.flatMap(({ values }) => values);
    expect(new Set(log).size, `duplicates in ${log.join(" ")}`).toBe(log.length);
    expect(log, "in the order in which they were sent").toEqual(order.filter((value) => log.includes(value)));
    for (const { values, outcome } of ours) {
      const error = await outcome.then(
        () => undefined,
        (reason: unknown) => reason,
      );
      const delivered = error === undefined ? await outcome : error instanceof SendError ? error.delivered : [];
      if (error !== undefined && !(error instanceof SendError)) throw new Error("not a SendError", { cause: error });
      const failed = error?.failed ?? [];
      const seen = [...delivered, ...failed].flatMap(({ indexes }) => indexes).toSorted((a, b) => a - b);
      expect(seen, "every message has one outcome").toEqual(values.map((_, index) => index));
      for (const { indexes, baseOffset } of delivered) {
        for (const [place, index] of indexes.entries()) {
          expect(log).toContain(values[index]);
          if (baseOffset !== undefined) expect(log[Number(baseOffset) + place]).toBe(values[index]);
        }
      }
      for (const { indexes, written } of failed) {
        if (written === "no") for (const index of indexes) expect(log).not.toContain(values[index]);
      }
    }
  }
}

describe("whatever becomes of requests", () => {
  for (const [name, options] of Object.entries<ProducerOptions>({
    "with patience": { deliveryTimeoutMs: 50_000 },
    "with little patience": { deliveryTimeoutMs: 600 },
    "with small batches and little memory": {
      batchSize: 80,
      bufferMemory: 400,
      deliveryTimeoutMs: 3000,
      maxBlockMs: 1000,
    },
    "with linger": { lingerMs: 20, deliveryTimeoutMs: 1000 },
    "with compression": { compression: "gzip", deliveryTimeoutMs: 2000 },
  })) {
    it(`${name}, every message is in the log at most once, in order, as its outcome says`, async () => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { minLength: 1, maxLength: 30 }),
          fc.array(fc.constantFrom(...fates), { maxLength: 25 }),
          async (steps, sequence) => {
            const run = new Run(options, sequence);
            await run.play(steps);
            await judge(run);
          },
        ),
        { numRuns: Number(process.env["PRODUCER_RUNS"] ?? 60) },
      );
    }, 120_000);
  }
});
