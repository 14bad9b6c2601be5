import type { Backoff } from "@moldau/connection-pool";
import type { Batch } from "./batch.js";
import type { Lane } from "./lane.js";
import { PartitionSequence, type ProducerIdentity } from "./sequence.js";

/** Numbered batches from the first without an outcome to the last sent: the broker remembers as many, to recognise a repetition. */
const maxSpan = 5;

/** The circumstances of one look for a batch to send. */
export interface DrainTurn {
  /** The broker that leads the partition. */
  readonly node: number;
  readonly now: number;
  /** Who numbered batches are sent as; undefined until the cluster has said it. */
  readonly identity: ProducerIdentity | undefined;
}

/**
 * The batches of one partition, in the order in which they have to reach the log.
 *
 * ```
 *   open (one a lane) ──▶ sealed (never sent) ──▶ outstanding (sent at least once, on the wire or waiting to be sent again)
 * ```
 *
 * What keeps the order, whatever fails:
 *
 * 1. New batches go out only while nothing waits to be sent again.
 * 2. A batch is sent again only when nothing that was sent after it is on the wire.
 * 3. While anything is on the wire to one broker, nothing goes to another: a new leader is not reached by a later batch first.
 * 4. The first numbered batch of an epoch goes alone, as a broker that knows nothing of a producer takes any first number.
 * 5. After a gap in the numbers (a batch was given up) those that may have been written are sent again under their old
 *    numbers until the broker has ruled on each; the rest is then numbered anew, from 0 in the next epoch (KIP-360).
 * 6. A numbered batch goes out only if the broker will still remember the first one whose outcome is open: it knows a
 *    repetition by the last five batches.
 */
export class PartitionQueue {
  readonly topic: string;
  readonly partition: number;
  /** The pauses between attempts. */
  readonly backoff: Backoff;
  /** Bytes that batches of this partition had lately, before compression: what to reserve for the next. */
  typicalBytes = 0;
  /** Nothing is sent before this time, in monotonic milliseconds: the pause after a failure. */
  notBefore = 0;

  readonly #sequence = new PartitionSequence();
  readonly #open: Batch[] = [];
  readonly #sealed: Batch[] = [];
  readonly #outstanding: Batch[] = [];
  #onWire = 0;
  #node = -1;

  constructor(topic: string, partition: number, backoff: Backoff) {
    this.topic = topic;
    this.partition = partition;
    this.backoff = backoff;
  }

  /** Number of batches that have no outcome yet. */
  get length(): number {
    return this.#open.length + this.#sealed.length + this.#outstanding.length;
  }

  /** The batch that takes new messages of a lane. */
  openBatch(lane: Lane): Batch | undefined {
    for (const batch of this.#open) if (batch.lane === lane) return batch;
    return undefined;
  }

  /** Takes a new, open batch in. */
  add(batch: Batch): void {
    this.#open.push(batch);
  }

  /** Closes an open batch: it is full, or its time has come. */
  seal(batch: Batch): void {
    remove(this.#open, batch);
    this.typicalBytes = batch.sizeInBytes;
    batch.seal();
    this.#sealed.push(batch);
  }

  /** The producer id that this partition has used up, while it needs another one. */
  get exhaustedId(): bigint | undefined {
    return this.#sequence.exhaustedId;
  }

  /** The batch to send next, still where it is; undefined when nothing may be sent now. */
  peek(turn: DrainTurn): Batch | undefined {
    if (turn.now < this.notBefore) return undefined;
    if (this.#onWire > 0 && this.#node !== turn.node) return undefined;
    if (this.#sequence.hasGap && this.#isRuledOn()) this.#renumber(turn.identity);
    const next = this.#outstanding.length > this.#onWire ? this.#again() : this.#fresh(turn.now);
    return next !== undefined && this.#mayJoin(next, turn.identity) ? next : undefined;
  }

  /**
   * Takes the batch that {@link peek} gave: numbers it if it is new, encodes it, and counts it as on the wire.
   *
   * Throws what the codec throws; the batch is then to be given up.
   */
  take(batch: Batch, turn: DrainTurn): void {
    if (batch.state.name === "open") this.seal(batch);
    if (!this.#outstanding.includes(batch)) {
      remove(this.#sealed, batch);
      this.#outstanding.push(batch);
      if (!this.#sequence.isBound && turn.identity !== undefined) this.#sequence.bind(turn.identity);
      this.#number(batch);
    }
    batch.encode();
    batch.send(turn.node);
    this.#onWire += 1;
    this.#node = turn.node;
  }

  /** The request with a batch has ended, and the batch waits to be sent again, unless it was given up meanwhile. */
  returned(batch: Batch): void {
    this.#landed(batch);
    if (batch.state.name === "failed") this.#abandon(batch);
  }

  /** The broker has a batch. */
  acknowledged(batch: Batch): void {
    this.#landed(batch);
    remove(this.#outstanding, batch);
    if (batch.place > 0) this.#sequence.acknowledged(batch.place);
  }

  /** The broker misses something before a batch, though nothing before it is under way: its numbers cannot be used any more. */
  outOfSequence(batch: Batch): void {
    this.#landed(batch);
    if (batch.state.name === "failed") this.#abandon(batch);
    else if (this.#isFirstNumbered(batch)) this.#sequence.givenUp(batch.place);
  }

  /** Two halves take the place of a batch that was too large; what was sent behind it moves one place on. */
  replaced(batch: Batch, halves: readonly [Batch, Batch]): void {
    this.#landed(batch);
    const index = this.#outstanding.indexOf(batch);
    this.#outstanding.splice(index, 1, ...halves);
    if (batch.place === 0) return;
    for (const later of this.#outstanding.slice(index + 1)) if (later.place > 0) later.place += 1;
    this.#sequence.widen(batch.place);
  }

  /** A batch has failed for good. While its request is under way it keeps its place, as nothing may pass it. */
  givenUp(batch: Batch, requestEnded: boolean): void {
    if (requestEnded) this.#landed(batch);
    if (!batch.isOnWire) this.#abandon(batch);
  }

  /** Every batch that waits for an outcome, oldest first. */
  batches(): readonly Batch[] {
    return [...this.#outstanding, ...this.#sealed, ...this.#open].filter(({ state }) => state.name !== "failed");
  }

  /** The next batch that waits to be sent again (rules 2 and 5). */
  #again(): Batch | undefined {
    const index = this.#outstanding.findIndex((batch) => !batch.isOnWire && this.#keepsNumbers(batch));
    if (index < 0 || this.#outstanding.some((batch, place) => place > index && batch.isOnWire)) return undefined;
    return this.#outstanding[index];
  }

  #keepsNumbers(batch: Batch): boolean {
    return !this.#sequence.hasGap || batch.place === 0 || batch.isDoubtful;
  }

  /** The next batch that was never sent. */
  #fresh(now: number): Batch | undefined {
    const batch = this.#sealed[0] ?? this.#open.find(({ dueAt }) => dueAt <= now);
    return batch?.lane.isIdempotent === true && this.#sequence.hasGap ? undefined : batch;
  }

  #mayJoin(batch: Batch, identity: ProducerIdentity | undefined): boolean {
    if (!batch.lane.isIdempotent) return true;
    if (!this.#sequence.isBound && identity === undefined) return false;
    if (!this.#sequence.isProven && this.#onWire > 0) return false;
    const place = batch.place > 0 ? batch.place : this.#sequence.place + 1;
    const first = this.#outstanding.find((one) => one.place > 0) ?? batch;
    return first === batch || place - first.place < maxSpan;
  }

  /** Whether the broker has told of every numbered batch whether it is written. */
  #isRuledOn(): boolean {
    return this.#onWire === 0 && !this.#outstanding.some((batch) => batch.place > 0 && batch.isDoubtful);
  }

  #renumber(identity: ProducerIdentity | undefined): void {
    if (!this.#sequence.nextEpoch(identity)) return;
    for (const batch of this.#outstanding) if (batch.place > 0) this.#number(batch);
  }

  #number(batch: Batch): void {
    const stamp = batch.lane.isIdempotent ? this.#sequence.take(batch.count) : undefined;
    if (stamp) batch.number(stamp, this.#sequence.place);
  }

  #isFirstNumbered(batch: Batch): boolean {
    return this.#outstanding.find(({ place }) => place > 0) === batch;
  }

  #landed(batch: Batch): void {
    batch.isOnWire = false;
    this.#onWire -= 1;
  }

  #abandon(batch: Batch): void {
    for (const list of [this.#open, this.#sealed, this.#outstanding]) remove(list, batch);
    if (batch.place > 0) this.#sequence.givenUp(batch.place);
  }
}

function remove(list: Batch[], batch: Batch): void {
  const index = list.indexOf(batch);
  if (index >= 0) list.splice(index, 1);
}
