import type { RecordCursor } from "@moldau/protocol-codec";
import { unreadable } from "../errors.js";
import { Message, type MessageJson, type MessageSource } from "./message.js";

/** A batch as JSON, offsets as text. */
export interface MessageBatchJson {
  readonly topic: string;
  readonly partition: number;
  readonly firstOffset: string;
  readonly nextOffset: string;
  readonly highWatermark: string;
  readonly messages: readonly MessageJson[];
}

/** A run of messages: a whole record batch, read when it is iterated, or the messages of a part of one. */
export type BatchPart =
  | { readonly source: MessageSource; readonly cursor: RecordCursor; readonly messages?: undefined }
  | { readonly source: MessageSource; readonly messages: readonly Message[] };

/** What a batch is made of. */
export interface MessageBatchInit {
  readonly parts: readonly BatchPart[];
  readonly length: number;
  readonly firstOffset: bigint;
  readonly nextOffset: bigint;
  readonly highWatermark: bigint;
  readonly stay: object;
}

/**
 * Messages of one partition, in order, as they were fetched: iterating them waits for nothing.
 *
 *     for await (const batch of consumer.batches()) {
 *       for (const message of batch) total += message.byteLength;
 *     }
 */
export class MessageBatch implements Iterable<Message> {
  readonly topic: string;
  readonly partition: number;
  /** How many messages there are; never 0. */
  readonly length: number;
  /** Where the batch begins; in a compacted log the first message may lie behind that. */
  readonly firstOffset: bigint;
  /** Where reading goes on after this batch: what a commit of it commits. */
  readonly nextOffset: bigint;
  /** Offset behind the last message that could be read when the batch was fetched. */
  readonly highWatermark: bigint;
  readonly #parts: readonly BatchPart[];
  readonly #stay: object;

  /** @internal The consumer makes batches. */
  constructor(topic: string, partition: number, init: MessageBatchInit) {
    this.topic = topic;
    this.partition = partition;
    this.length = init.length;
    this.firstOffset = init.firstOffset;
    this.nextOffset = init.nextOffset;
    this.highWatermark = init.highWatermark;
    this.#parts = init.parts;
    this.#stay = init.stay;
  }

  /** How many offsets lie between this batch and the end of the partition, as of when it was fetched. */
  get lag(): bigint {
    const lag = this.highWatermark - this.nextOffset;
    return lag > 0n ? lag : 0n;
  }

  /** Epoch of the leader that took the last message, -1 when unknown. */
  get leaderEpoch(): number {
    return this.#parts.at(-1)?.source.leaderEpoch ?? -1;
  }

  /** The messages, one by one; may be called again. Throws a DecodeError at a record that cannot be read. */
  [Symbol.iterator](): Iterator<Message, undefined> {
    return new BatchIterator(this.#parts);
  }

  /** All messages as an array. */
  toArray(): Message[] {
    return [...this];
  }

  /** For `JSON.stringify`: the batch with its messages; offsets as text. */
  toJSON(): MessageBatchJson {
    return {
      topic: this.topic,
      partition: this.partition,
      firstOffset: String(this.firstOffset),
      nextOffset: String(this.nextOffset),
      highWatermark: String(this.highWatermark),
      messages: Array.from(this, (message) => message.toJSON()),
    };
  }

  /** @internal The stay of the partition that the batch belongs to. */
  static stayOf(batch: MessageBatch): object {
    return batch.#stay;
  }
}

/** Written by hand: a generator costs a tenth more per message. */
class BatchIterator implements IterableIterator<Message, undefined> {
  readonly #parts: readonly BatchPart[];
  #nextPart = 0;
  #source: MessageSource | undefined;
  #cursor: RecordCursor | undefined;
  #messages: Iterator<Message> | undefined;

  constructor(parts: readonly BatchPart[]) {
    this.#parts = parts;
  }

  next(): IteratorResult<Message, undefined> {
    const cursor = this.#cursor;
    const source = this.#source;
    if (cursor !== undefined && source !== undefined && advance(cursor, source))
      return { done: false, value: new Message(source, cursor) };
    return this.#nextElsewhere();
  }

  [Symbol.iterator](): IterableIterator<Message, undefined> {
    return this;
  }

  #nextElsewhere(): IteratorResult<Message, undefined> {
    for (;;) {
      const listed = this.#messages?.next();
      if (listed !== undefined && listed.done !== true) return { done: false, value: listed.value };
      this.#messages = undefined;
      this.#cursor = undefined;
      const part = this.#parts[this.#nextPart++];
      if (part === undefined) return { done: true, value: undefined };
      this.#source = part.source;
      if (part.messages !== undefined) {
        this.#messages = part.messages[Symbol.iterator]();
        continue;
      }
      const cursor = part.cursor.restart();
      if (!advance(cursor, part.source)) continue;
      this.#cursor = cursor;
      return { done: false, value: new Message(part.source, cursor) };
    }
  }
}

function advance(cursor: RecordCursor, source: MessageSource): boolean {
  try {
    return cursor.next();
  } catch (error) {
    throw unreadable(source, error);
  }
}
