import type { MessageBatch } from "../reading/message-batch.js";
import { partitionKey, type TopicPartition } from "../partitions/topic-partition.js";

/** How often each partition has been tried in vain since it last got on. */
export class FailedAttempts {
  readonly #most: number;
  readonly #counts = new Map<string, number>();

  /** `most` is how often a batch is tried. */
  constructor(most: number) {
    this.#most = most;
  }

  /** Whether batches have to go alone, so that the one to blame is found and the others get on. */
  get hasAny(): boolean {
    return this.#counts.size > 0;
  }

  /** Counts one more for each of the batches; gives the first that has been tried often enough. */
  count(batches: readonly MessageBatch[]): MessageBatch | undefined {
    for (const key of new Set(batches.map(keyOf))) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    return batches.find((batch) => (this.#counts.get(keyOf(batch)) ?? 0) >= this.#most);
  }

  /** These batches were committed. */
  passed(batches: readonly MessageBatch[]): void {
    for (const batch of batches) this.#counts.delete(keyOf(batch));
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return partitionKey(topic, partition);
}
