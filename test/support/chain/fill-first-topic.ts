import type { ChainOptions } from "./chain.js";
import { body, chainRecords, topicOf } from "./chain-layout.js";

/** Sends every key once, in order, in transactions of at most 10,000. Throws when offsets of a partition do not rise with the keys. */
export async function fillFirstTopic({ newKafka }: ChainOptions): Promise<void> {
  const kafka = newKafka();
  const producer = kafka.producer({ transactionalId: "chain-source", lingerMs: 5 });
  const ends = new Map<number, bigint>();
  const lot = Math.min(10_000, Math.ceil(chainRecords / 5));
  for (let first = 0; first < chainRecords; first += lot) {
    const keys = Array.from({ length: Math.min(lot, chainRecords - first) }, (_, index) => first + index);
    const messages = keys.map((key) => ({ key: String(key), value: body }));
    const sent = await producer.transaction((tx) => tx.send({ topic: topicOf(0), messages }));
    for (const { partition, baseOffset, count } of sent) {
      const end = ends.get(partition) ?? -1n;
      if (baseOffset === undefined) continue;
      if (baseOffset < end) throw new Error(`offset ${baseOffset} of partition ${partition} comes after ${end}`);
      ends.set(partition, baseOffset + BigInt(count));
    }
  }
  await kafka.close();
}
