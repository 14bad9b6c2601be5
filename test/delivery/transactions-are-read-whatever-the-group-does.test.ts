import type { Consumer } from "@moldau/consumer";
import { Producer, type Transaction } from "@moldau/producer";
import { setTimeout as pause } from "node:timers/promises";
import { expect, it } from "vitest";
import { startConsuming, type Consuming } from "../support/consuming.js";
import { Dice } from "../support/workload/dice.js";

const partitions = 2;
const transactions = 25;

/** Three producers, each with one transaction after the other, by chance committed or aborted; what was committed. */
async function write(run: Consuming, seed: number): Promise<string[]> {
  const committed: string[] = [];
  const writer = async (index: number): Promise<void> => {
    const dice = new Dice(seed + index);
    const producer = new Producer(run.cluster, { transactionalId: `writer-${index}`, lingerMs: 0 });
    for (let count = 0; count < transactions; count++) {
      const transaction = await producer.beginTransaction();
      const values = await fill(transaction, { dice, name: `${index}.${count}` });
      if (dice.chance(0.4)) await transaction.abort();
      else {
        await transaction.commit();
        committed.push(...values);
      }
    }
    await producer.close();
  };
  await Promise.all([1, 2, 3].map((index) => writer(index)));
  return committed;
}

async function fill(
  transaction: Transaction,
  { dice, name }: { readonly dice: Dice; readonly name: string },
): Promise<string[]> {
  const values: string[] = [];
  for (let sends = dice.between(1, 3); sends > 0; sends--) {
    const messages = Array.from({ length: dice.between(1, 3) }, (_, index) => ({
      value: `${name} ${sends}.${index}`,
      partition: dice.between(0, partitions - 1),
    }));
    values.push(...messages.map(({ value }) => value));
    await transaction.send({ topic: "orders", messages });
    if (dice.chance(0.3)) await pause(dice.between(1, 20));
  }
  return values;
}

it.each([11, 12])(
  "what was committed is handed out once, in small fetches, while members come and go (seed %i)",
  { timeout: 120_000 },
  async (seed) => {
    await using run = await startConsuming({ topics: [{ topic: "orders", partitions }] });
    const seen: string[] = [];
    const reading = new Set<Consumer>();
    let isOver = false;
    // Each closes after a few messages, having committed them, and the group goes on without it.
    const member = async (dice: Dice): Promise<void> => {
      while (!isOver) {
        const consumer = run.consumer({ partitionMaxBytes: 150, fetchMaxBytes: 300, fetchMaxWaitMs: 50 });
        reading.add(consumer);
        let left = dice.between(5, 45);
        for await (const { value } of consumer) {
          seen.push(String(value));
          if (--left === 0) void consumer.close();
        }
        reading.delete(consumer);
      }
    };
    const members = [1, 2].map((index) => member(new Dice(seed * 100 + index)));
    const committed = await write(run, seed);
    expect(committed.length).toBeGreaterThan(30);
    await expect.poll(() => seen.length, { timeout: 90_000 }).toBeGreaterThanOrEqual(committed.length);
    isOver = true;
    await Promise.all([...reading].map((consumer) => consumer.close()));
    await Promise.all(members);
    expect(seen.toSorted()).toEqual(committed.toSorted());
  },
);
