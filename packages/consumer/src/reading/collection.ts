import type { RecordBatch } from "@moldau/protocol-codec";
import type { AssignedPartition } from "../partitions/assigned-partition.js";
import type { Run } from "../partitions/ledger.js";
import type { Feed } from "./feed.js";
import { MessageBatch, type BatchPart } from "./message-batch.js";
import { Message } from "./message.js";
import type { OpenBatch } from "./open-batch.js";

/** How much of a partition goes into one batch, in bytes: checksums and decompression of more would hold the event loop up. */
const maxBytes = 1024 * 1024;

/**
 * What is taken of one partition for one batch of messages, across record batches. A record batch that fits goes in whole and
 * is read when the application iterates it; one that has to be cut is walked now, and its rest stays open for the next time.
 */
export class Collection implements Run {
  readonly partition: AssignedPartition;
  readonly from: bigint;
  readonly batches: RecordBatch[] = [];
  /** How many messages there are. */
  length = 0;
  readonly #first: OpenBatch;
  readonly #maxMessages: number;
  readonly #parts: BatchPart[] = [];
  #to: bigint;
  #bytes = 0;

  constructor(first: OpenBatch, maxMessages: number) {
    this.partition = first.partition;
    this.from = first.partition.position;
    this.#to = this.from;
    this.#first = first;
    this.#maxMessages = maxMessages;
  }

  get to(): bigint {
    return this.#to;
  }

  /**
   * Takes what fits, and gives the batch that is left open. Ends early when nobody wants it any more.
   *
   * @throws {KafkaError} what keeps the next message from being read.
   */
  async fill(feed: Feed, isWanted: () => boolean): Promise<OpenBatch | undefined> {
    let open = this.#first;
    for (;;) {
      if (!this.#add(open, feed)) return open;
      if (this.#isFull()) {
        feed.finish(open);
        return undefined;
      }
      const next = await feed.follow(open, maxBytes - this.#bytes);
      if (next === undefined || !isWanted() || this.#bytes + next.weight > maxBytes) return next;
      open = next;
    }
  }

  /** What was taken, as it is handed out. */
  toMessageBatch(): MessageBatch {
    const { topic, partition, position: nextOffset, highWatermark } = this.partition;
    const { baseOffset } = this.#first.source;
    return new MessageBatch(topic, partition, {
      parts: this.#parts,
      length: this.length,
      firstOffset: baseOffset > this.from ? baseOffset : this.from,
      nextOffset,
      highWatermark,
      stay: this.partition.stay,
    });
  }

  #isFull(): boolean {
    return this.length >= this.#maxMessages || this.#bytes >= maxBytes;
  }

  /** Whether the batch was taken to its end. */
  #add(open: OpenBatch, feed: Feed): boolean {
    const { weight } = open;
    const { count } = open.batch;
    this.batches.push(open.batch);
    const fits = Math.min(this.#maxMessages - this.length, Math.max(1, Math.floor((count * maxBytes) / weight)));
    this.#bytes += weight;
    // A batch that was begun has been cut already, and of one that begins before the position not all records count.
    if (open.isWhole && !open.isBegun && count <= fits) {
      this.#parts.push({ source: open.source, cursor: open.cursor });
      this.length += count;
      this.#to = open.batch.nextOffset;
      return true;
    }
    return this.#addMessages(open, fits, feed);
  }

  /** Takes up to `most` messages; whether that was the batch to its end. */
  #addMessages(open: OpenBatch, most: number, feed: Feed): boolean {
    const messages: Message[] = [];
    this.#parts.push({ source: open.source, messages });
    try {
      for (let count = 0; count < most; count++) {
        if (!open.advance()) return true;
        messages.push(new Message(open.source, open.cursor));
        this.length++;
        this.#to = open.offset + 1n;
      }
    } catch (error) {
      throw feed.spoil(open.partition, error, open.batch);
    }
    return false;
  }
}
