import type { EpochSource } from "./epoch-source.js";

/** The largest sequence number; the one after it is 0. */
export const maxSequence = 0x7fffffff;

/** The largest producer epoch; beyond it a new producer id is needed. */
export const maxProducerEpoch = 0x7fff;

/** Who a producer is to the brokers. */
export interface ProducerIdentity {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** What goes into the header of an idempotent batch: the broker takes each (producer, epoch, sequence) once, in order. */
export interface Stamp extends ProducerIdentity {
  readonly baseSequence: number;
}

/** The sequence number `count` records after `sequence`; the numbers wrap from 2,147,483,647 to 0. */
export function advanceSequence(sequence: number, count: number): number {
  const room = maxSequence - sequence;
  return count <= room ? sequence + count : count - room - 1;
}

/**
 * The sequence numbers of one partition.
 *
 * A number is given when a batch is sent for the first time, and is never taken back: after a failure that leaves open
 * whether the batch was written, using the number again for other records would make the broker drop them as duplicates.
 * A batch that is given up therefore leaves a *gap*, which the broker would refuse to skip; it is left behind by a new epoch
 * that starts at 0 again (KIP-360). As producers without transactions are known to each partition separately, the epoch is
 * this partition's own, and the others go on undisturbed.
 */
export class PartitionSequence {
  readonly #epochs: EpochSource;
  #identity: ProducerIdentity | undefined;
  #next = 0;
  #given = 0;
  #gap = 0;
  #proven = false;

  constructor(epochs: EpochSource) {
    this.#epochs = epochs;
  }

  /** Whether numbers can be given; otherwise an identity has to be waited for. */
  get isReady(): boolean {
    return (this.#identity ?? this.#epochs.identity) !== undefined;
  }

  /** Whether the broker has taken a batch of this epoch. Until then it would take any first number, so the first goes alone. */
  get isProven(): boolean {
    return this.#proven;
  }

  /** Whether a batch was given up that the broker may be missing. */
  get hasGap(): boolean {
    return this.#gap > 0;
  }

  /** Gives a batch its numbers; undefined while there is no identity. */
  take(count: number): Stamp | undefined {
    this.#identity ??= this.#epochs.identity;
    if (this.#identity === undefined) return undefined;
    const { producerId, producerEpoch } = this.#identity;
    const baseSequence = this.#next;
    this.#next = advanceSequence(baseSequence, count);
    this.#given += 1;
    return { producerId, producerEpoch, baseSequence };
  }

  /** The place of the batch that {@link take} gave numbers to last, counted from 1 in its epoch. */
  get place(): number {
    return this.#given;
  }

  /** The broker has a batch: it had everything before it too, so an earlier gap was none. */
  acknowledged(place: number): void {
    this.#proven = true;
    if (place > this.#gap) this.#gap = 0;
  }

  /** The batch at a place became two, which share its numbers: what follows moves one place on. */
  widen(place: number): void {
    this.#given += 1;
    if (this.#gap > place) this.#gap += 1;
  }

  /** A batch that has numbers will not be sent again, and the broker may not have it. */
  givenUp(place: number): void {
    this.#gap = Math.max(this.#gap, place);
  }

  /** Leaves a gap behind: the next epoch, from 0. Changes nothing, and answers false, while that has to be waited for. */
  nextEpoch(): boolean {
    const next = this.#identity && this.#epochs.after(this.#identity);
    if (next === undefined) return false;
    this.#begin(next);
    return true;
  }

  /** Begins at 0 under the identity that has taken the place of this one, if one has; to be called while nothing that is numbered is under way. */
  renew(): void {
    const next = this.#identity && this.#epochs.successor(this.#identity);
    if (next !== undefined) this.#begin(next);
  }

  /** The producer id that has no epochs left, while a new epoch is needed. */
  get exhaustedId(): bigint | undefined {
    if (!this.hasGap || this.#identity === undefined) return undefined;
    return this.#epochs.after(this.#identity) === undefined ? this.#identity.producerId : undefined;
  }

  /** The partition is forgotten: should it be used again, its numbers have to begin in a later epoch. */
  retire(): void {
    if (this.#identity !== undefined) this.#epochs.retire(this.#identity);
  }

  /** Whether it may be forgotten now. */
  get mayRetire(): boolean {
    return this.#identity === undefined || this.#epochs.mayForget(this.#identity);
  }

  #begin(identity: ProducerIdentity): void {
    this.#identity = identity;
    this.#next = 0;
    this.#given = 0;
    this.#gap = 0;
    this.#proven = false;
  }
}
