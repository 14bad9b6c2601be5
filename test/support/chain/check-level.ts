import type { Kafka, Message } from "moldau";
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChainOptions } from "./chain.js";
import { body, chainRecords, chainTimeoutMs, topicOf } from "./chain-layout.js";

/** What a reader of committed messages finds in one topic of the chain. */
export interface LevelReport {
  readonly topic: string;
  /** Keys that are there. */
  readonly keys: number;
  /** Messages beyond the first of their key. */
  readonly duplicates: number;
  /** Messages whose body is not what went in. */
  readonly strange: number;
  /** Messages that stand behind one that was made of a later message of the same partition. */
  readonly outOfOrder: number;
}

/** Reads a topic of the chain from its beginning to its end. */
export async function checkLevel({ newKafka }: ChainOptions, level: number): Promise<LevelReport> {
  const kafka = newKafka();
  const topic = topicOf(level);
  const consumer = kafka.consumer({ groupId: `check-${randomUUID()}`, topics: [topic], startFrom: "earliest" });
  const tally = new Tally();
  const reading = (async () => {
    for await (const batch of consumer.batches()) for (const message of batch) tally.take(message);
  })();
  await Promise.race([reading, untilRead(kafka, { topic, consumer })]);
  await consumer.close();
  await reading;
  await kafka.close();
  return { topic, ...tally.sums };
}

/** Resolves when a consumer stands at the end of every partition, which it does not as long as a transaction is open. */
async function untilRead(
  kafka: Kafka,
  { topic, consumer }: { readonly topic: string; readonly consumer: ReturnType<Kafka["consumer"]> },
): Promise<void> {
  const ends = await kafka.admin().listOffsets({ topics: [topic] });
  await consumer.connect();
  const deadline = performance.now() + chainTimeoutMs;
  const isAtEnd = (): boolean =>
    ends.every(({ partition, offset = 0n }) => {
      const isAssigned = consumer.assignment().some((assigned) => assigned.partition === partition);
      return isAssigned && (consumer.position({ topic, partition }) ?? -1n) >= offset;
    });
  while (!isAtEnd()) {
    if (performance.now() > deadline) throw new Error(`the end of ${topic} was not reached in time`);
    await sleep(20);
  }
}

class Tally {
  readonly #seen = new Uint8Array(chainRecords);
  /** By source and target partition: the offset of the source that came last. */
  readonly #last = new Map<string, bigint>();
  #keys = 0;
  #duplicates = 0;
  #strange = 0;
  #outOfOrder = 0;

  get sums(): Omit<LevelReport, "topic"> {
    return {
      keys: this.#keys,
      duplicates: this.#duplicates,
      strange: this.#strange,
      outOfOrder: this.#outOfOrder,
    };
  }

  take(message: Message): void {
    const number = Number(message.key);
    if (this.#seen[number] === 0) this.#keys += 1;
    else this.#duplicates += 1;
    this.#seen[number] = 1;
    if (message.value?.equals(body) !== true) this.#strange += 1;
    const [partition, offset] = String(message.headers.get("from") ?? `source/${number}`).split("/");
    const way = `${partition} to ${message.partition}`;
    if (BigInt(offset ?? 0) <= (this.#last.get(way) ?? -1n)) this.#outOfOrder += 1;
    this.#last.set(way, BigInt(offset ?? 0));
  }
}
