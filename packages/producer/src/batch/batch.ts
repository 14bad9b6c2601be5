import { BatchBuilder, stampProducer, type FinishOptions, type KafkaError } from "@moldau/protocol-codec";
import {
  openState,
  transition,
  type Acknowledgement,
  type BatchEvent,
  type BatchState,
  type Evidence,
} from "./batch-state.js";
import type { Lane } from "./lane.js";
import { Piece, type PieceOwner, type RecordError } from "../accept/piece.js";
import type { Stamp } from "./sequence.js";

/** How a batch begins. */
export interface BatchOptions {
  readonly topic: string;
  readonly partition: number;
  readonly lane: Lane;
  /** When the oldest call in it was made, in monotonic milliseconds. */
  readonly createdAt: number;
  /** When it may be sent although there is room left. */
  readonly dueAt: number;
}

/** Records on their way to one partition, in one record batch: encoded once, sent by reference, remembered until the outcome. */
export class Batch {
  readonly topic: string;
  readonly partition: number;
  readonly lane: Lane;
  readonly createdAt: number;
  /** The end of its patience, in monotonic milliseconds. */
  readonly deadline: number;
  /** When an open batch may be sent although there is room left; only ever moved forward. */
  dueAt: number;
  /** Whether a request with it is under way: true also after it was given up, until the request has ended. */
  isOnWire = false;
  /** Sockets that still refer to its bytes. */
  writesUnderWay = 0;
  /** Its place among the numbered batches of the partition, from 1; 0 without numbers. */
  place = 0;
  /** Bytes counted against the producer's memory. */
  reservedBytes = 0;
  /** What went wrong last; the cause when time runs out. */
  lastError: KafkaError | undefined;

  #state: BatchState = openState;
  #contents: BatchBuilder | Buffer;
  #count = 0;
  #stamp: Stamp | undefined;
  #pieces: Piece[] = [];

  constructor({ topic, partition, lane, createdAt, dueAt }: BatchOptions, contents: BatchBuilder | Buffer) {
    this.topic = topic;
    this.partition = partition;
    this.lane = lane;
    this.createdAt = createdAt;
    this.deadline = createdAt + lane.timeoutMs;
    this.dueAt = dueAt;
    this.#contents = contents;
  }

  get state(): BatchState {
    return this.#state;
  }

  /** Number of records. */
  get count(): number {
    return this.#contents instanceof BatchBuilder ? this.#contents.count : this.#count;
  }

  /** Bytes it takes in a request; before it is encoded, an upper bound. */
  get sizeInBytes(): number {
    return this.#contents instanceof BatchBuilder ? this.#contents.sizeInBytes : this.#contents.length;
  }

  /** The numbers that it was sent with, or will be. */
  get stamp(): Stamp | undefined {
    return this.#stamp;
  }

  /** What its records are appended to, while it is open. */
  get builder(): BatchBuilder | undefined {
    return this.#contents instanceof BatchBuilder && this.#state.name === "open" ? this.#contents : undefined;
  }

  /** The encoded batch; undefined until {@link encode}. */
  get records(): Buffer | undefined {
    return this.#contents instanceof BatchBuilder ? undefined : this.#contents;
  }

  /** Whether its calls know their outcome. */
  get isSettled(): boolean {
    const { name } = this.#state;
    return name === "acknowledged" || name === "failed" || name === "split";
  }

  /** Whether an attempt may have written it. */
  get isDoubtful(): boolean {
    return this.#state.name === "sealed" && this.#state.written === "maybe";
  }

  /** Notes that the last `count` records appended are the call's messages from `first` on. */
  joined(call: PieceOwner, first: number, count: number): void {
    let piece = this.#pieces[this.#pieces.length - 1];
    if (piece === undefined || piece.call !== call) {
      piece = new Piece({ call, topic: this.topic, partition: this.partition }, this.count - count, first);
      this.#pieces.push(piece);
      call.hold();
    }
    piece.add(first, count);
  }

  /** Gives it sequence numbers, or new ones; the header of what is encoded already is rewritten. */
  number(stamp: Stamp, place: number): void {
    this.#stamp = stamp;
    this.place = place;
    if (!(this.#contents instanceof BatchBuilder)) stampProducer(this.#contents, stamp);
  }

  /** Compresses the records and fills in the header. Throws what the codec throws. */
  encode(): void {
    if (!(this.#contents instanceof BatchBuilder)) return;
    this.#count = this.#contents.count;
    const { compression, compressionLevel } = this.lane;
    const options: FinishOptions = {
      ...this.#stamp,
      compression,
      ...(compressionLevel === undefined ? undefined : { level: compressionLevel }),
    };
    this.#contents = this.#contents.finish(options);
  }

  /** No more records. */
  seal(): void {
    this.#move({ type: "seal" });
  }

  /** It goes to a broker. */
  send(node: number): void {
    this.#move({ type: "send", node });
    this.isOnWire = true;
  }

  /** It comes back, to be sent again. */
  return(evidence: Evidence, error: KafkaError): void {
    this.lastError = error;
    this.#move({ type: "return", evidence });
  }

  /** It is in the log: all calls in it are told. */
  acknowledge(acknowledgement: Acknowledgement): void {
    this.#move({ type: "acknowledge", acknowledgement });
    for (const piece of this.#pieces) piece.call.delivered(piece, acknowledgement);
    this.#forget();
  }

  /** It will not be sent again: all calls in it are told. */
  fail(error: KafkaError, evidence: Evidence, recordErrors: readonly RecordError[] = []): void {
    this.#move({ type: "fail", error, evidence });
    const written = this.#state.name === "failed" ? this.#state.written : "maybe";
    for (const piece of this.#pieces) piece.call.failed(piece, { error, written, recordErrors });
    this.#forget();
  }

  /** Two batches take its place, with the records before and from `boundary`, and its numbers. */
  split(left: Buffer, right: Buffer, boundary: number): readonly [Batch, Batch] {
    this.#move({ type: "split" });
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

  #half(records: Buffer, count: number): Batch {
    const half = new Batch(this, records);
    half.#count = count;
    half.#move({ type: "seal" });
    return half;
  }

  #move(event: BatchEvent): void {
    this.#state = transition(this.#state, event);
  }

  // Payloads are no longer needed, and an outcome may be kept for long by whoever looks at it.
  #forget(): void {
    this.#pieces = [];
  }
}
