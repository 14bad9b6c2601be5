import type { RecordBatch } from "@moldau/protocol-codec";
import type { BatchPart } from "./message-batch.js";
import { Message } from "./message.js";
import type { OpenBatch } from "./open-batch.js";

/** What was taken for one batch of messages. */
export interface Collected {
  readonly parts: readonly BatchPart[];
  readonly length: number;
  /** The record batches that the messages lie in. */
  readonly batches: readonly RecordBatch[];
}

/** How the collector moves on. */
export interface CollectorSteps {
  /** Moves to the next record of the batch. */
  advance(open: OpenBatch): boolean;
  /** The batch was taken to its end. */
  finish(open: OpenBatch): void;
  /** Opens the partition's next batch, if there is one. */
  openNext(): Promise<OpenBatch | undefined>;
}

/** How much of a partition goes into one batch, in bytes: checksums and decompression of more would hold the event loop up. */
const maxBytes = 1024 * 1024;

/**
 * Takes up to `maxMessages` of one partition, across record batches. A record batch that fits goes in whole and is read
 * when the application iterates it; one that has to be cut is walked now, and its rest stays open for the next time.
 *
 * Throws what keeps the first message from being read. What is in the way of a later one comes up the next time: it was
 * dropped, and is fetched again.
 */
export async function collectBatch(first: OpenBatch, maxMessages: number, steps: CollectorSteps): Promise<Collected> {
  const collection = new Collection(maxMessages, steps);
  try {
    let open: OpenBatch | undefined = first;
    while (open !== undefined) {
      collection.add(open);
      open = collection.isFull ? undefined : await steps.openNext();
    }
  } catch (error) {
    if (collection.length === 0) throw error;
  }
  return collection;
}

class Collection implements Collected {
  readonly parts: BatchPart[] = [];
  readonly batches: RecordBatch[] = [];
  length = 0;
  readonly #maxMessages: number;
  readonly #steps: CollectorSteps;
  #bytes = 0;

  constructor(maxMessages: number, steps: CollectorSteps) {
    this.#maxMessages = maxMessages;
    this.#steps = steps;
  }

  get isFull(): boolean {
    return this.length >= this.#maxMessages || this.#bytes >= maxBytes;
  }

  add(open: OpenBatch): void {
    this.batches.push(open.batch);
    this.#bytes += open.weight;
    // A batch that was begun has been cut already, and of one that begins before the position not all records count.
    if (open.isWhole && !open.isBegun && open.batch.count <= this.#maxMessages - this.length) this.#addWhole(open);
    else this.#addMessages(open);
  }

  #addWhole(open: OpenBatch): void {
    this.parts.push({ source: open.source, cursor: open.cursor });
    this.length += open.batch.count;
    this.#steps.finish(open);
  }

  #addMessages(open: OpenBatch): void {
    const messages: Message[] = [];
    this.parts.push({ source: open.source, messages });
    while (this.length < this.#maxMessages) {
      if (!this.#steps.advance(open)) {
        this.#steps.finish(open);
        return;
      }
      messages.push(new Message(open.source, open.cursor));
      this.length++;
      open.partition.advanceTo(open.offset + 1n);
    }
  }
}
