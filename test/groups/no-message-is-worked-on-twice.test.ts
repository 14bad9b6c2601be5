import type { Consumer } from "@moldau/consumer";
import { setTimeout as pause } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { startConsuming, type Consuming } from "../support/consuming.js";

const partitions = 6;
const perPartition = 60;

/** What members of a group work on, all of them together. */
class Work {
  readonly done: string[] = [];
  /** What somebody began to work on while another one did. */
  readonly overlapping: string[] = [];
  lastRound = 0;
  readonly #inHand = new Set<string>();
  readonly #members: { readonly consumer: Consumer; readonly reading: Promise<void> }[] = [];

  join(run: Consuming, assignors: readonly ["range" | "cooperative-sticky"]): void {
    const consumer = run.consumer({ assignors });
    consumer.on("assigned", ({ generationId }) => (this.lastRound = Math.max(this.lastRound, generationId)));
    this.#members.push({ consumer, reading: this.#read(consumer) });
  }

  async leave(): Promise<void> {
    const member = this.#members.shift();
    await member?.consumer.close();
    await member?.reading;
  }

  async #read(consumer: Consumer): Promise<void> {
    for await (const { partition, offset } of consumer) {
      const name = `${partition}@${offset}`;
      if (this.#inHand.has(name)) this.overlapping.push(name);
      this.#inHand.add(name);
      await pause(4);
      this.#inHand.delete(name);
      this.done.push(name);
    }
  }
}

describe.each(["range", "cooperative-sticky"] as const)("while members of a group (%s) come and go", (assignor) => {
  it("no message is worked on by two at once or done twice, and no change costs more rounds than it takes", async () => {
    await using run = await startConsuming({ topics: [{ topic: "orders", partitions }] });
    for (let partition = 0; partition < partitions; partition++)
      await run.send(
        "orders",
        partition,
        Array.from({ length: perPartition }, (_, index) => String(index)),
      );
    const work = new Work();
    const changes = 3 + 2 * 2;
    for (let members = 0; members < 3; members++) {
      work.join(run, [assignor]);
      await pause(150);
    }
    for (let changed = 0; changed < 2; changed++) {
      await work.leave();
      work.join(run, [assignor]);
      await pause(150);
    }
    await expect.poll(() => new Set(work.done).size, { timeout: 30_000, interval: 20 }).toBe(partitions * perPartition);
    expect(work.overlapping).toEqual([]);
    expect(work.done).toHaveLength(partitions * perPartition);
    // One for who gives up, one for who gets it, and the first of a group that was empty.
    expect(work.lastRound).toBeLessThanOrEqual(2 * changes + 1);
    for (let members = 0; members < 3; members++) await work.leave();
    for (let partition = 0; partition < partitions; partition++)
      expect(await run.committed({ topic: "orders", partition })).toBe(BigInt(perPartition));
  });
});
