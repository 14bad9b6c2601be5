import type { KafkaError } from "@moldau/protocol-codec";
import type { Acknowledgement, Written } from "./batch-state.js";

/** Why a piece failed. */
export interface Failure {
  readonly error: KafkaError;
  readonly written: Written;
  /** Per-record reasons by position within the batch, when the broker gave any. */
  readonly recordErrors?: readonly RecordError[];
}

/** What a broker says about one record of a refused batch. */
export interface RecordError {
  readonly batchIndex: number;
  readonly batchIndexErrorMessage: string | null;
}

/** Whoever waits for pieces: by this the outcomes of batches come back to the calls that made them. */
export interface PieceOwner {
  /** One more piece to wait for. */
  hold(): void;
  /** A piece is in the log. */
  delivered(piece: Piece, acknowledgement: Acknowledgement): void;
  /** A piece is not in the log, or may not be. */
  failed(piece: Piece, failure: Failure): void;
}

/** Where a piece's messages come from and go to. */
export interface PieceOrigin {
  readonly call: PieceOwner;
  readonly topic: string;
  readonly partition: number;
}

/**
 * The messages of one call in one batch.
 *
 * Messages without keys follow one another, so a range says which they are; keyed ones are scattered, and listed once the
 * range breaks.
 */
export class Piece {
  readonly call: PieceOwner;
  readonly topic: string;
  readonly partition: number;
  /** Which record of the batch is the first of these. */
  readonly position: number;
  #first: number;
  #count = 0;
  #list: number[] | undefined;

  constructor({ call, topic, partition }: PieceOrigin, position: number, first: number) {
    this.call = call;
    this.topic = topic;
    this.partition = partition;
    this.position = position;
    this.#first = first;
  }

  /** Number of messages. */
  get count(): number {
    return this.#count;
  }

  /** Adds the next `count` records of the batch: the call's messages from `first` on. */
  add(first: number, count: number): void {
    if (this.#list === undefined && first !== this.#first + this.#count) this.#list = rangeOf(this.#first, this.#count);
    if (this.#list !== undefined) for (let index = first; index < first + count; index++) this.#list.push(index);
    this.#count += count;
  }

  /** Positions of the messages in the call, ascending. */
  indexes(): number[] {
    return this.#list ?? rangeOf(this.#first, this.#count);
  }

  /** Cuts the piece where record `boundary` of the batch begins; either side may be missing. Positions start anew on the right. */
  splitAt(boundary: number): readonly [left: Piece | undefined, right: Piece | undefined] {
    const cut = boundary - this.position;
    if (cut >= this.#count) return [this, undefined];
    const indexes = this.indexes();
    if (cut <= 0) return [undefined, this.#of(indexes, -cut)];
    return [this.#of(indexes.slice(0, cut), this.position), this.#of(indexes.slice(cut), 0)];
  }

  #of(indexes: readonly number[], position: number): Piece {
    const piece = new Piece(this, position, indexes[0] ?? 0);
    for (const index of indexes) piece.add(index, 1);
    return piece;
  }
}

function rangeOf(first: number, count: number): number[] {
  const indexes: number[] = [];
  for (let index = first; index < first + count; index++) indexes.push(index);
  return indexes;
}
