import type { BufferMemory } from "./buffer-memory.js";
import type { QueuedBatch } from "./queued-batch.js";

/** What batches take of the producer's memory: from their first byte until nobody refers to them any more. */
export class BatchMemory {
  readonly #memory: BufferMemory;

  constructor(memory: BufferMemory) {
    this.#memory = memory;
  }

  /** Bytes that a batch may grow by. */
  get available(): number {
    return this.#memory.available;
  }

  /** A batch has this many bytes by now. */
  grow(batch: QueuedBatch, bytes: number): void {
    const more = bytes - batch.reservedBytes;
    if (more <= 0) return;
    batch.reservedBytes = bytes;
    this.#memory.reserve(more);
  }

  /** A batch that was compressed takes less than its records did. */
  shrink(batch: QueuedBatch): void {
    if (batch.lane.compression === "none" || batch.reservedBytes <= batch.sizeInBytes) return;
    const spared = batch.reservedBytes - batch.sizeInBytes;
    batch.reservedBytes = batch.sizeInBytes;
    this.#memory.release(spared);
  }

  /** Gives a batch's bytes back once its outcome is known and nobody refers to them. */
  free(batch: QueuedBatch): void {
    if (!batch.isSettled || batch.holders > 0) return;
    const { reservedBytes } = batch;
    batch.reservedBytes = 0;
    this.#memory.release(reservedBytes);
  }
}
