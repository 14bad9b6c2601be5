import fc from "fast-check";
import { VirtualClock } from "moldau-testing";
import { describe, expect, it } from "vitest";
import { ModelCluster } from "../../test-support/model-cluster.js";
import { ModelLog, type ModelMessage } from "../../test-support/model-log.js";
import { Consumer } from "../consumer.js";
import type { Message } from "../reading/message.js";

const orders = { topic: "orders", partition: 0 };

/** What happens. Shares are of the log as it is then. */
type Step =
  | { readonly do: "append" | "read" | "lag"; readonly count: number }
  | { readonly do: "elect" | "hear" | "pause" | "resume" | "recreate" }
  | { readonly do: "truncate" | "delete" | "seek"; readonly share: number };

const count = fc.integer({ min: 1, max: 6 });
const share = fc.double({ min: 0, max: 1, noNaN: true });

const steps = fc.array(
  fc.tuple(
    fc.oneof(
      { weight: 5, arbitrary: fc.record({ do: fc.constant("append" as const), count }) },
      { weight: 5, arbitrary: fc.record({ do: fc.constant("read" as const), count }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("elect" as const) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("truncate" as const), share }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("delete" as const), share }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("seek" as const), share }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constantFrom("pause" as const, "resume" as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("lag" as const), count }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant("hear" as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant("recreate" as const) }) },
    ),
    /** How much time passes after it. */
    fc.constantFrom(0, 1, 30, 700),
  ),
  { minLength: 5, maxLength: 50 },
);

/** A consumer that reads the model, and a judge of every message that it hands out. */
class Bench {
  readonly log = new ModelLog();
  readonly #clock = new VirtualClock();
  readonly #cluster = new ModelCluster(this.log, this.#clock);
  readonly #consumer = new Consumer(this.#cluster.access, {
    groupId: "model",
    startFrom: "earliest",
    autoCommit: false,
  });
  readonly #loop = this.#consumer.messages();
  /** Every message that ever was, by its id. */
  readonly #all = new Map<number, ModelMessage>();
  /** What was handed out since reading began, or was sought in last. */
  #handed = new Set<number>();
  #sought = { topicId: "", offset: 0 };
  #isPending = false;
  #failure: Error | undefined;

  async begin(): Promise<void> {
    this.#consumer.assign([orders]);
    await this.#consumer.connect({ timeoutMs: 1000 });
    await this.#clock.advance(100);
  }

  async run(step: Step): Promise<void> {
    const { log } = this;
    switch (step.do) {
      case "append":
        log.append(step.count);
        for (const message of log.messages) this.#all.set(message.id, message);
        return;
      case "read":
        return this.#read(step.count);
      case "lag":
        this.#cluster.lag = step.count;
        return;
      case "hear":
        // Somebody else has the client ask for metadata.
        return void this.#cluster.access.refreshTopics([orders.topic]);
      case "elect":
        return log.elect(3 - log.leader);
      case "truncate":
        return log.elect(3 - log.leader, this.#at(step.share));
      case "delete":
        return log.deleteBefore(this.#at(step.share));
      case "recreate":
        return log.recreate();
      case "pause":
        return this.#consumer.pause();
      case "resume":
        return this.#consumer.resume();
      case "seek":
        return this.#seek(this.#at(step.share));
    }
  }

  async pass(ms: number): Promise<void> {
    await this.#clock.advance(ms);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Nothing happens any more: what is there is read to its end. The offsets that were not handed out all the same. */
  async missing(): Promise<number[]> {
    this.#consumer.resume();
    for (let calm = 0; calm < 5; calm++) {
      await this.pass(3000);
      await this.#read(1000);
    }
    const { topicId, messages } = this.log;
    const from = this.#sought.topicId === String(topicId) ? this.#sought.offset : 0;
    return messages.filter(({ id, offset }) => offset >= from && !this.#handed.has(id)).map(({ offset }) => offset);
  }

  async close(): Promise<void> {
    const closing = this.#consumer.close({ finish: false, timeoutMs: 100 });
    await this.#clock.advance(1000);
    await closing;
  }

  #at(part: number): number {
    const { start, end } = this.log;
    return start + Math.floor(part * (end - start));
  }

  #seek(offset: number): void {
    this.#consumer.seek({ ...orders, offset: BigInt(offset) });
    this.#sought = { topicId: String(this.log.topicId), offset };
    this.#handed = new Set();
  }

  async #read(most: number): Promise<void> {
    for (let left = most; left > 0; left--) {
      if (!this.#isPending) void this.#next();
      const { size } = this.#handed;
      await this.pass(1);
      if (this.#handed.size === size) return;
    }
  }

  /** Never rejects: what goes wrong comes up as time passes. */
  async #next(): Promise<void> {
    this.#isPending = true;
    try {
      const { value } = await this.#loop.next();
      this.#isPending = false;
      if (value !== undefined) this.#judge(value);
    } catch (error) {
      this.#failure ??= error instanceof Error ? error : new Error(String(error));
    }
  }

  /** Nothing comes twice, and nothing of another log than what was handed out before it: all that stood before it was handed out, or deleted. */
  #judge(message: Message): void {
    const id = Number(String(message.value));
    const written = this.#all.get(id);
    if (written?.offset !== Number(message.offset)) throw new Error(`${message.offset} was never written`);
    if (this.#handed.has(id)) throw new Error(`${message.offset} comes twice`);
    const from = this.#sought.topicId === written?.topicId ? this.#sought.offset : 0;
    for (let before = written?.previous; before !== undefined && before.offset >= from; before = before.previous)
      if (!this.#handed.has(before.id) && !this.log.deleted.has(before.id))
        throw new Error(`${before.offset} was not handed out before ${message.offset} of the same log`);
    this.#handed.add(id);
  }
}

describe("a reader, whatever happens to the log that it reads", () => {
  it("hands out once and in order what is there, and takes nothing of a log that was cut off or made anew for the old one's", async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (script) => {
        const bench = new Bench();
        await bench.begin();
        try {
          for (const [step, ms] of script) {
            await bench.run(step);
            await bench.pass(ms);
          }
          expect(await bench.missing()).toEqual([]);
        } finally {
          await bench.close();
        }
      }),
      { numRuns: 100 },
    );
  }, 120_000);
});
