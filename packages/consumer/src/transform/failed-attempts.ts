import type { Clock } from "@moldau/connection-pool";
import type { MessageBatch } from "../reading/message-batch.js";
import { partitionKey, type TopicPartition } from "../partitions/topic-partition.js";

/** How long a batch is tried. */
export interface Patience {
  /** How often at most, unless {@link atLeastMs} are not over yet. */
  readonly most: number;
  /** How long at least, in milliseconds from its first failure. */
  readonly atLeastMs: number;
  readonly clock: Clock;
}

/** A batch that has been tried often enough. */
export interface HopelessBatch {
  readonly batch: MessageBatch;
  /** How often it was tried. */
  readonly attempts: number;
}

interface Failures {
  readonly count: number;
  /** When the first of them was, in milliseconds of the clock. */
  readonly since: number;
}

/** How often each partition has been tried in vain since it last got on. */
export class FailedAttempts {
  readonly #patience: Patience;
  readonly #failures = new Map<string, Failures>();

  constructor(patience: Patience) {
    this.#patience = patience;
  }

  /** Whether batches have to go alone, so that the one to blame is found and the others get on. */
  get hasAny(): boolean {
    return this.#failures.size > 0;
  }

  /** Counts one more for each of the batches; gives the first that has been tried often enough. */
  count(batches: readonly MessageBatch[]): HopelessBatch | undefined {
    const now = this.#patience.clock.monotonic();
    for (const key of new Set(batches.map(keyOf))) {
      const { count, since } = this.#failures.get(key) ?? { count: 0, since: now };
      this.#failures.set(key, { count: count + 1, since });
    }
    const batch = batches.find((each) => this.#isHopeless(each, now));
    return batch === undefined ? undefined : { batch, attempts: this.#failures.get(keyOf(batch))?.count ?? 0 };
  }

  /** These batches were committed. */
  passed(batches: readonly MessageBatch[]): void {
    for (const batch of batches) this.#failures.delete(keyOf(batch));
  }

  #isHopeless(batch: MessageBatch, now: number): boolean {
    const failures = this.#failures.get(keyOf(batch));
    const { most, atLeastMs } = this.#patience;
    return failures !== undefined && failures.count >= most && now - failures.since >= atLeastMs;
  }
}

function keyOf({ topic, partition }: TopicPartition): string {
  return partitionKey(topic, partition);
}
