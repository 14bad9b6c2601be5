import type { Consumer, Message } from "@moldau/consumer";
import { describe, expect, it } from "vitest";
import { startConsuming, type Consuming } from "../support/consuming.js";

const partitions = 6;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Numbers from 0 up to 1, the same for the same seed. */
function chance(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 1_103_515_245 + 12_345) & 0x7fff_ffff) / 0x8000_0000;
}

/** What all members have seen together. */
class Ledger {
  readonly seen = new Map<string, number>();
  readonly surprises: string[] = [];
  /** How many messages were in the hands of those who left. */
  left = 0;
  lost = 0;

  get repeated(): number {
    return [...this.seen.values()].reduce((sum, times) => sum + times - 1, 0);
  }

  /** Watches over one consumer: offsets of a partition follow one another as long as it stays. */
  watch(consumer: Consumer): (message: Message) => void {
    const last = new Map<number, bigint>();
    consumer.on("assigned", () => last.clear());
    consumer.on("lost", () => this.lost++);
    consumer.on("failed", ({ error }) => this.surprises.push(`failed: ${error.code}`));
    return ({ partition, offset, value }) => {
      const before = last.get(partition);
      if (before !== undefined && offset !== before + 1n)
        this.surprises.push(`${partition}: ${offset} after ${before}`);
      last.set(partition, offset);
      this.seen.set(String(value), (this.seen.get(String(value)) ?? 0) + 1);
    };
  }
}

/** Joins, reads some messages, leaves the loop with something in hand, closes, and begins anew. */
async function liveAndLetDie(
  run: Consuming,
  ledger: Ledger,
  { random, isOver }: { random: () => number; isOver: () => boolean },
): Promise<void> {
  while (!isOver()) {
    const cluster = run.client({ clientId: "member", retry: { initialDelayMs: 5, maxDelayMs: 50 } });
    const consumer = run.consumer({ autoCommitIntervalMs: 50, fetchMaxWaitMs: 50, partitionMaxBytes: 2000 }, cluster);
    const note = ledger.watch(consumer);
    const ending = new AbortController();
    const until = setInterval(() => isOver() && ending.abort(), 20);
    let budget = 50 + Math.floor(random() * 500);
    try {
      for await (const batch of consumer.batches({
        signal: ending.signal,
        maxMessages: 1 + Math.floor(random() * 60),
      })) {
        for (const message of batch) note(message);
        if (random() < 0.05) await pause(5);
        budget -= batch.length;
        if (budget > 0) continue;
        ledger.left += batch.length;
        break;
      }
    } catch (error) {
      if (!ending.signal.aborted) ledger.surprises.push(String(error));
    }
    clearInterval(until);
    await consumer.close();
    await cluster.close();
  }
}

describe("a group whose members come and go while connections break", () => {
  it.each([1, 2, 3])("reads everything, in order, and nothing twice but what was in hand (seed %i)", async (seed) => {
    await using run = await startConsuming({ topics: [{ topic: "orders", partitions }], brokers: 2 });
    const random = chance(seed * 7919);
    for (const api of [
      "Fetch",
      "OffsetCommit",
      "OffsetFetch",
      "Heartbeat",
      "JoinGroup",
      "SyncGroup",
      "LeaveGroup",
      "FindCoordinator",
      "ListOffsets",
    ]) {
      run.broker.intercept({ api, clientId: "member", probability: 0.02 }, (request) => request.drop());
    }
    const ledger = new Ledger();
    const total = 3000;
    let isOver = false;
    const members = [0, 1, 2].map(() => liveAndLetDie(run, ledger, { random, isOver: () => isOver }));
    for (let sent = 0; sent < total; sent += 30) {
      await run.send(
        "orders",
        Math.floor(random() * partitions),
        Array.from({ length: 30 }, (_, index) => `${sent + index}`),
      );
      await pause(2);
    }
    await expect.poll(() => ledger.seen.size, { timeout: 20_000 }).toBe(total);
    isOver = true;
    await Promise.all(members);
    expect(ledger.surprises).toEqual([]);
    // A lost connection may take a member's place in the group with it; then what it had done since its last commit comes again.
    if (ledger.lost === 0) expect(ledger.repeated).toBeLessThanOrEqual(ledger.left);
  });
});
