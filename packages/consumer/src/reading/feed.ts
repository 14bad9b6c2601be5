import type { KafkaError, RecordBatch } from "@moldau/protocol-codec";
import { unreadable } from "../errors.js";
import type { AssignedPartition } from "../partitions/assigned-partition.js";
import type { Holding } from "../partitions/ledger.js";
import { OpenBatch } from "./open-batch.js";

/** Whom the feed tells. */
export interface FeedHost {
  /** Batches of the partition were read to their end, so it may be fetched again. */
  consumed(partition: AssignedPartition): void;
  /** So many bytes were checked and opened. */
  opened(bytes: number): void;
}

/**
 * What is buffered, partition by partition in turn, a record batch at a time.
 *
 * Whoever took a batch has its partition for himself until the batch is finished or given back; the other partitions go on.
 * So several may read from one feed, and a partition's messages still come in order.
 */
export class Feed {
  readonly #host: FeedHost;
  readonly #queue: AssignedPartition[] = [];

  constructor(host: FeedHost) {
    this.#host = host;
  }

  /** Takes note that there may be something to read of the partition. */
  enqueue(partition: AssignedPartition): void {
    if (partition.turn !== "none" || !partition.isReadable || partition.buffer.isEmpty) return;
    partition.turn = "queued";
    this.#queue.push(partition);
  }

  /** Takes the next batch of the next partition in turn; undefined when nothing is buffered. Throws a KafkaError when it cannot be read. */
  async take(): Promise<OpenBatch | undefined> {
    for (let partition = this.#queue.shift(); partition !== undefined; partition = this.#queue.shift()) {
      partition.turn = "none";
      if (!partition.isReadable) continue;
      partition.turn = "taken";
      const open = await this.#open(partition);
      if (open !== undefined) return open;
    }
    return undefined;
  }

  /**
   * A batch was read to its end: takes the next one of its partition, whosever turn it is, unless that has more than `room` bytes: then
   * the others have their turn first. Otherwise as {@link take}.
   */
  follow(open: OpenBatch, room: number): Promise<OpenBatch | undefined> {
    this.#step(open);
    return this.#open(open.partition, room);
  }

  /** A batch was read to its end; the next one comes when its partition's turn has come again. */
  finish(open: OpenBatch): void {
    this.#step(open);
    this.#release(open.partition);
  }

  /** Takes a batch back that was not read to its end; it is read on when its partition's turn has come again. */
  putBack(open: OpenBatch): void {
    if (!open.isStale) open.partition.putBack(open.batch);
    this.#release(open.partition);
  }

  /** Takes back what of the partition is in hand and not done, all or from `holding` on, with the batches that it was taken from. */
  giveBack(partition: AssignedPartition, holding?: Holding): void {
    partition.giveBack(holding);
    this.#release(partition);
  }

  /**
   * What was fetched of the partition cannot be read: it is dropped, and fetched again by whoever tries again. The reason as an error.
   * `batch` is the one to blame; without it, it is the one that the buffer has stumbled over.
   */
  spoil(partition: AssignedPartition, cause: unknown, batch?: RecordBatch): KafkaError {
    const end = batch?.nextOffset ?? partition.buffer.endOfNext;
    partition.forgetFetched();
    this.#release(partition);
    const { topic, partition: number, position: offset, highWatermark } = partition;
    // A header that is damaged itself must lead nobody astray.
    const isCredible = end !== undefined && end > offset && (highWatermark < 0n || end <= highWatermark);
    const nextOffset = isCredible ? end : undefined;
    return unreadable({ topic, partition: number, offset, nextOffset }, cause);
  }

  /** The partition is taken; undefined, and the partition free again, when it has no more or was sought in meanwhile. */
  async #open(partition: AssignedPartition, room = Infinity): Promise<OpenBatch | undefined> {
    const { version } = partition;
    let batch: RecordBatch | undefined;
    try {
      batch = partition.nextBatch();
      if (batch !== undefined && batch.sizeInBytes <= room) {
        const opening = OpenBatch.open(partition, batch);
        const open = opening instanceof OpenBatch ? opening : await opening;
        this.#host.opened(open.weight);
        return open;
      }
      if (batch === undefined) this.#host.consumed(partition);
      else partition.putBack(batch);
    } catch (error) {
      if (partition.version === version) throw this.spoil(partition, error, batch);
    }
    this.#release(partition);
    return undefined;
  }

  #step(open: OpenBatch): void {
    if (open.isStale) return;
    open.partition.readToEnd(open.batch);
    this.#host.consumed(open.partition);
  }

  #release(partition: AssignedPartition): void {
    partition.turn = "none";
    this.enqueue(partition);
  }
}
