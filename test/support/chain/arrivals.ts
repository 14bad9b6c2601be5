import type { Consumer, Kafka } from "moldau";
import { setTimeout as sleep } from "node:timers/promises";
import type { ChainOptions } from "./chain.js";
import { chainRecords, topicOf } from "./chain-layout.js";

/** Counts the keys that have come through the whole chain, as they come. */
export class Arrivals {
  readonly #kafka: Kafka;
  readonly #consumer: Consumer;
  readonly #counting: Promise<void>;
  readonly #seen: Uint8Array;
  #count = 0;

  constructor({ newKafka }: ChainOptions) {
    this.#seen = new Uint8Array(chainRecords);
    this.#kafka = newKafka();
    this.#consumer = this.#kafka.consumer({ groupId: "arrivals", topics: [topicOf(3)], startFrom: "earliest" });
    this.#counting = this.#read();
    this.#counting.catch(() => {}); // Told by `reach` and `close`.
  }

  /** Resolves when so many keys have come through. Rejects when they have not after so many milliseconds, or reading fails. */
  async reach(count: number, timeoutMs: number): Promise<void> {
    const deadline = performance.now() + timeoutMs;
    while (this.#count < count) {
      if (performance.now() > deadline) throw new Error(`${this.#count} of ${count} keys have come through in time`);
      await Promise.race([sleep(50), this.#counting]);
    }
  }

  async close(): Promise<void> {
    await this.#kafka.close();
    await this.#counting;
  }

  async #read(): Promise<void> {
    for await (const batch of this.#consumer.batches()) {
      for (const { key } of batch) {
        const number = Number(key);
        if (this.#seen[number] === 0) this.#count += 1;
        this.#seen[number] = 1;
      }
    }
  }
}
