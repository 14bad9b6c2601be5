import type { RecordBatch, RecordCursor } from "@moldau/protocol-codec";
import type { AssignedPartition } from "../partitions/assigned-partition.js";
import type { MessageSource } from "./message.js";

/** A record batch that is being read; its cursor stands at the record handed out last, or before the first. */
export class OpenBatch {
  readonly partition: AssignedPartition;
  readonly batch: RecordBatch;
  readonly source: MessageSource;
  readonly cursor: RecordCursor;
  readonly #version: number;
  /** Records nearer to the base offset lie before the position: a fetch returns whole batches. */
  readonly #firstDelta: number;
  #isBegun = false;

  /** Opens a batch: at once, or when it is decompressed. Throws, or rejects with, what keeps it from being opened. */
  static open(partition: AssignedPartition, batch: RecordBatch): OpenBatch | Promise<OpenBatch> {
    const { version } = partition;
    if (batch.compression === "none") return new OpenBatch(partition, batch, { cursor: batch.open(), version });
    return batch.openAsync().then((cursor) => new OpenBatch(partition, batch, { cursor, version }));
  }

  private constructor(
    partition: AssignedPartition,
    batch: RecordBatch,
    { cursor, version }: { readonly cursor: RecordCursor; readonly version: number },
  ) {
    const { topic, partition: number } = partition;
    this.partition = partition;
    this.batch = batch;
    this.cursor = cursor;
    this.source = {
      topic,
      partition: number,
      leaderEpoch: batch.partitionLeaderEpoch,
      baseOffset: batch.baseOffset,
      stay: partition.stay,
    };
    this.#version = version;
    this.#firstDelta = Number(partition.position - this.source.baseOffset);
  }

  /** Whether reading continues elsewhere by now: the partition was given up, or sought in. */
  get isStale(): boolean {
    return this.partition.version !== this.#version;
  }

  /** Whether all records lie at or behind the position. */
  get isWhole(): boolean {
    return this.#firstDelta <= 0;
  }

  /** Whether records were taken from it. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** Offset of the record at which the cursor stands. */
  get offset(): bigint {
    return this.source.baseOffset + BigInt(this.cursor.offsetDelta);
  }

  /** Bytes that have to be gone through to read it. */
  get weight(): number {
    return this.cursor.buffer === this.batch.buffer ? this.batch.sizeInBytes : this.cursor.buffer.length;
  }

  /** Moves to the next record at or behind the position; false when there is none. Throws at a malformed record. */
  advance(): boolean {
    this.#isBegun = true;
    while (this.cursor.next()) if (this.cursor.offsetDelta >= this.#firstDelta) return true;
    return false;
  }
}
