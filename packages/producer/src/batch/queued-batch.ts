import { BatchBuilder, stampProducer, type FinishOptions, type KafkaError } from "@moldau/protocol-codec";
import type { Batch } from "./batch.js";
import { encodedState, openState, transition, type BatchEvent, type BatchState } from "./batch-state.js";
import type { Lane } from "./lane.js";
import { Piece, type RecordError } from "./piece.js";
import type { MessageRun } from "./message-run.js";
import type { Stamp } from "./sequence.js";

/** How a batch begins. */
export interface BatchOptions extends Pick<Batch, "topic" | "partition" | "lane" | "createdAt" | "dueAt"> {}

/** A {@link Batch} as its {@link PartitionQueue} has it: with what changes it. */
export class QueuedBatch implements Batch {
  readonly topic: string;
  readonly partition: number;
  readonly lane: Lane;
  readonly createdAt: number;
  readonly deadline: number;
  /** Bytes counted against the producer's memory. */
  reservedBytes = 0;
  /** How many others still refer to its bytes: sockets that write them, a thread that compresses them. */
  holders = 0;
  lastError: KafkaError | undefined;

  #dueAt: number;
  #state: BatchState = openState;
  #builder: BatchBuilder | undefined;
  #records: Buffer | undefined;
  #count = 0;
  #rawBytes = 0;
  #stamp: Stamp | undefined;
  #place = 0;
  #pieces: Piece[] = [];

  constructor({ topic, partition, lane, createdAt, dueAt }: BatchOptions, contents: BatchBuilder | Buffer) {
    this.topic = topic;
    this.partition = partition;
    this.lane = lane;
    this.createdAt = createdAt;
    this.deadline = createdAt + lane.timeoutMs;
    this.#dueAt = dueAt;
    if (contents instanceof BatchBuilder) this.#builder = contents;
    else this.#records = contents;
  }

  get dueAt(): number {
    return this.#dueAt;
  }

  get state(): BatchState {
    return this.#state;
  }

  get count(): number {
    return this.#builder === undefined ? this.#count : this.#builder.count;
  }

  get sizeInBytes(): number {
    return this.#builder === undefined ? (this.#records?.length ?? 0) : this.#builder.sizeInBytes;
  }

  /** Bytes of its records before compression. */
  get rawBytes(): number {
    return this.#builder === undefined ? this.#rawBytes : this.#builder.sizeInBytes;
  }

  get records(): Buffer | undefined {
    return this.#records;
  }

  get stamp(): Stamp | undefined {
    return this.#stamp;
  }

  get place(): number {
    return this.#place;
  }

  get isOnWire(): boolean {
    return this.#state.name === "in flight" || (this.#state.name === "failed" && this.#state.isOnWire);
  }

  get isSettled(): boolean {
    const { name } = this.#state;
    return name === "acknowledged" || name === "failed" || name === "split";
  }

  /** Whether an attempt may have written it. */
  get isDoubtful(): boolean {
    return this.#state.name === "encoded" && this.#state.written === "maybe";
  }

  /**
   * Appends messages from the run's cursor on, as long as they belong to the same partition and until the batch has `limit` bytes; false when
   * the next one has no room. Throws for one that cannot be encoded; those before it are in.
   */
  append(run: MessageRun, limit: number): boolean {
    const builder = this.#builder;
    if (builder === undefined) throw new Error("A batch that is encoded takes no messages.");
    const { messages, places, timestamp: sentAt, cursor: first } = run;
    const place = places?.[first];
    let cursor = first;
    let hasRoom = true;
    try {
      while (cursor < messages.length) {
        const message = messages[cursor];
        if (message === undefined || (places !== undefined && places[cursor] !== place)) break;
        const { key, value, headers, timestamp } = message;
        hasRoom = builder.tryAppend(timestamp ?? sentAt, key ?? null, value, headers);
        if (!hasRoom) break;
        cursor += 1;
        if (builder.sizeInBytes >= limit) break;
      }
    } catch (error) {
      this.#joined(run, first, cursor);
      throw error;
    }
    this.#joined(run, first, cursor);
    return hasRoom;
  }

  /** It waits for no company any more. */
  hasten(): void {
    this.#dueAt = 0;
  }

  /** Gives it sequence numbers, or new ones; the header of what is encoded already is rewritten. */
  number(stamp: Stamp, place: number): void {
    this.#stamp = stamp;
    this.#place = place;
    if (this.#records !== undefined) stampProducer(this.#records, stamp);
  }

  /** The batch that was sent before it has become two. */
  movePlace(): void {
    this.#place += 1;
  }

  /** No more records. */
  seal(): void {
    this.apply({ type: "seal" });
  }

  /** Begins to encode it: gives what is to be finished, and how. */
  beginEncoding(): { readonly builder: BatchBuilder; readonly options: FinishOptions } {
    const builder = this.#builder;
    if (builder === undefined) throw new Error("A batch is encoded once.");
    this.apply({ type: "encode" });
    return { builder, options: finishOptions(this.lane, this.#stamp) };
  }

  /** It is encoded. */
  endEncoding(records: Buffer): void {
    this.#count = this.count;
    this.#rawBytes = this.rawBytes;
    this.#builder = undefined;
    this.#records = records;
    if (!this.isSettled) this.apply({ type: "encoded" });
  }

  /** Takes note of what happens to it; its calls are told when that is its end. */
  apply(event: BatchEvent, recordErrors: readonly RecordError[] = []): void {
    this.#state = transition(this.#state, event);
    const state = this.#state;
    if (event.type === "land") return;
    if (state.name === "acknowledged") {
      for (const piece of this.#pieces) piece.call.delivered(piece, state.acknowledgement);
    } else if (state.name === "failed") {
      const { error, written } = state;
      for (const piece of this.#pieces) piece.call.failed(piece, { error, written, recordErrors });
    } else return;
    this.#forget();
  }

  /** Two batches take its place, with the records before and from `boundary`, and its numbers. */
  split(left: Buffer, right: Buffer, boundary: number): readonly [QueuedBatch, QueuedBatch] {
    this.apply({ type: "split" });
    const halves = [this.#half(left, boundary), this.#half(right, this.count - boundary)] as const;
    for (const piece of this.#pieces) {
      const [before, after] = piece.splitAt(boundary);
      if (before && after) piece.call.hold();
      if (before) halves[0].#pieces.push(before);
      if (after) halves[1].#pieces.push(after);
    }
    this.#forget();
    return halves;
  }

  #half(records: Buffer, count: number): QueuedBatch {
    const half = new QueuedBatch(this, records);
    half.#count = count;
    half.#rawBytes = Math.ceil(this.#rawBytes / 2);
    half.#state = encodedState;
    return half;
  }

  /** The last records are the messages of the run from `first` to before `cursor`. */
  #joined(run: MessageRun, first: number, cursor: number): void {
    const count = cursor - first;
    if (count === 0) return;
    const { call, indexBase } = run;
    let piece = this.#pieces[this.#pieces.length - 1];
    if (piece === undefined || piece.call !== call) {
      const { topic, partition } = this;
      piece = new Piece({ call, topic, partition }, this.count - count, indexBase + first);
      this.#pieces.push(piece);
      call.hold();
    }
    piece.add(indexBase + first, count);
    run.advance(cursor);
  }

  // Payloads are no longer needed, and an outcome may be kept for long by whoever looks at it.
  #forget(): void {
    this.#pieces = [];
  }
}

/** How a lane's batches are finished. */
export function finishOptions(lane: Lane, stamp?: Stamp): FinishOptions {
  const { compression, compressionLevel, transactionalId } = lane;
  return {
    ...stamp,
    compression,
    ...(compressionLevel === undefined ? undefined : { level: compressionLevel }),
    ...(transactionalId === null ? undefined : { isTransactional: true }),
  };
}
