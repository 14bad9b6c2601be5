import type { Backoff } from "@moldau/connection-pool";
import { BatchBuilder, type FinishOptions, type KafkaError } from "@moldau/protocol-codec";
import type { Batch } from "./batch.js";
import type { BatchMemory } from "./batch-memory.js";
import type { Acknowledgement, Evidence } from "./batch-state.js";
import type { EpochSource } from "./epoch-source.js";
import type { Lane } from "./lane.js";
import type { MessageRun } from "./message-run.js";
import type { PartitionGate } from "./partition-gate.js";
import type { RecordError } from "./piece.js";
import { QueuedBatch } from "./queued-batch.js";
import { PartitionSequence } from "./sequence.js";
import type { SizeLimit } from "./size-limit.js";
import { splitBatch } from "./split-batch.js";

/** What the queue of a partition is made with. */
export interface PartitionQueueOptions {
  readonly topic: string;
  readonly partition: number;
  /** The pauses between attempts. */
  readonly backoff: Backoff;
  readonly memory: BatchMemory;
  readonly epochs: EpochSource;
  readonly gate: PartitionGate;
  /** What is known of the sizes that the topic takes. */
  readonly sizeLimit: SizeLimit;
}

/** How a new batch begins. */
export interface NewBatch extends Pick<Batch, "lane" | "createdAt" | "dueAt"> {
  /** Size in bytes at which it is full. */
  readonly maxBytes: number;
  /** Bytes to make room for at first. */
  readonly initialBytes: number;
}

/** Why a batch comes back or ends. */
export interface Mishap {
  readonly error: KafkaError;
  readonly evidence: Evidence;
  /** What the broker says about single records. */
  readonly recordErrors?: readonly RecordError[];
}

/** Numbered batches from the first without an outcome to the last sent: the broker remembers as many, to recognise a repetition. */
const maxSpan = 5;

/** The circumstances of one look for a batch to send. */
export interface DrainTurn {
  /** The broker that leads the partition. */
  readonly node: number;
  /** In monotonic milliseconds. */
  readonly now: number;
}

/**
 * The batches of one partition, in the order in which they have to reach the log. Nobody else changes a batch.
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
  readonly backoff: Backoff;

  readonly #memory: BatchMemory;
  readonly #gate: PartitionGate;
  readonly #sizeLimit: SizeLimit;
  readonly #sequence: PartitionSequence;
  readonly #open: QueuedBatch[] = [];
  readonly #sealed: QueuedBatch[] = [];
  readonly #outstanding: QueuedBatch[] = [];
  #typicalBytes = 0;
  #notBefore = 0;
  #onWire = 0;
  #node = -1;

  constructor({ topic, partition, backoff, memory, epochs, gate, sizeLimit }: PartitionQueueOptions) {
    this.topic = topic;
    this.partition = partition;
    this.backoff = backoff;
    this.#memory = memory;
    this.#gate = gate;
    this.#sizeLimit = sizeLimit;
    this.#sequence = new PartitionSequence(epochs);
  }

  /** Number of batches that have no outcome yet. */
  get length(): number {
    return this.#open.length + this.#sealed.length + this.#outstanding.length;
  }

  /** Bytes that batches of this partition had lately, before compression: what to reserve for the next. */
  get typicalBytes(): number {
    return this.#typicalBytes;
  }

  /** Nothing is sent before this time, in monotonic milliseconds: the pause after a failure. */
  get notBefore(): number {
    return this.#notBefore;
  }

  /** The producer id that this partition has used up, while it needs another one. */
  get exhaustedId(): bigint | undefined {
    return this.#sequence.exhaustedId;
  }

  /** The batch that takes new messages of a lane. */
  openBatch(lane: Lane): Batch | undefined {
    for (const batch of this.#open) if (batch.lane === lane) return batch;
    return undefined;
  }

  /** Begins a batch. */
  begin({ lane, createdAt, dueAt, maxBytes, initialBytes }: NewBatch): Batch {
    const { topic, partition } = this;
    const builder = new BatchBuilder({ maxBytes, initialBytes });
    const batch = new QueuedBatch({ topic, partition, lane, createdAt, dueAt }, builder);
    this.#memory.grow(batch, initialBytes);
    this.#open.push(batch);
    return batch;
  }

  /**
   * Appends messages to an open batch while there is memory and until it has `maxBytes`; false when it is full. Throws what cannot be
   * encoded.
   */
  append(batch: Batch, run: MessageRun, maxBytes: number): boolean {
    const mine = own(batch);
    const hasRoom = mine.append(run, Math.min(maxBytes, mine.reservedBytes + this.#memory.available));
    const { sizeInBytes } = mine;
    this.#memory.grow(mine, sizeInBytes);
    return hasRoom && sizeInBytes < maxBytes;
  }

  /** An open batch waits for company no longer. */
  hasten(batch: Batch): void {
    own(batch).hasten();
  }

  /** Closes an open batch: it is full, or its time has come. */
  seal(batch: Batch): void {
    const mine = own(batch);
    remove(this.#open, mine);
    this.#typicalBytes = mine.sizeInBytes;
    mine.seal();
    this.#sealed.push(mine);
  }

  /** The batch to send next, still where it is and perhaps not encoded; undefined when nothing may be sent now. */
  peek(turn: DrainTurn): Batch | undefined {
    if (turn.now < this.#notBefore) return undefined;
    if (this.#onWire > 0 && this.#node !== turn.node) return undefined;
    if (this.#outstanding.length === 0) this.#sequence.renew();
    if (this.#sequence.hasGap && this.#isRuledOn()) this.#renumber();
    const next = this.#outstanding.length > this.#onWire ? this.#again() : this.#fresh(turn.now);
    return next !== undefined && this.#gate.isOpen(this, next.lane) && this.#mayJoin(next) ? next : undefined;
  }

  /**
   * Begins to encode a batch elsewhere than in {@link take}: it is sealed, and waits for {@link endEncoding}, whatever becomes of it
   * meanwhile.
   */
  beginEncoding(batch: Batch): { readonly builder: BatchBuilder; readonly options: FinishOptions } {
    if (batch.state.name === "open") this.seal(batch);
    const mine = own(batch);
    mine.holders += 1;
    return mine.beginEncoding();
  }

  /** A batch is encoded, or cannot be: it is to be given up then. */
  endEncoding(batch: Batch, records: Buffer | undefined): void {
    const mine = own(batch);
    mine.holders -= 1;
    if (records !== undefined) {
      mine.endEncoding(records);
      this.#memory.shrink(mine);
    }
    this.#memory.free(mine);
  }

  /**
   * Takes the batch that {@link peek} gave: numbers it if it is new, encodes it if it is not, and counts it as on the wire, and its bytes as
   * in use by a socket until {@link written}.
   *
   * Throws what the codec throws; the batch is then to be given up.
   */
  take(batch: Batch, turn: DrainTurn): void {
    if (batch.state.name === "open") this.seal(batch);
    const mine = own(batch);
    if (!this.#outstanding.includes(mine)) {
      remove(this.#sealed, mine);
      this.#outstanding.push(mine);
      this.#number(mine);
    }
    if (mine.state.name === "sealed") {
      const { builder, options } = mine.beginEncoding();
      mine.endEncoding(builder.finish(options));
      this.#memory.shrink(mine);
    }
    mine.apply({ type: "send", node: turn.node });
    mine.holders += 1;
    this.#onWire += 1;
    this.#node = turn.node;
  }

  /** A socket refers to the batch's bytes no longer. */
  written(batch: Batch): void {
    const mine = own(batch);
    mine.holders -= 1;
    this.#memory.free(mine);
  }

  /** The broker has a batch: its calls are told. */
  acknowledged(batch: Batch, acknowledgement: Acknowledgement): void {
    const mine = own(batch);
    this.#landed();
    remove(this.#outstanding, mine);
    if (mine.place > 0) this.#sequence.acknowledged(mine.place);
    this.backoff.reset();
    // Its calls may have been told already that time was up; what the broker says counts for the order of what follows all the same.
    if (mine.isSettled) mine.apply({ type: "land" });
    else mine.apply({ type: "acknowledge", acknowledgement });
    this.#memory.free(mine);
  }

  /** The request with a batch has ended, and the batch waits to be sent again. */
  returned(batch: Batch, { error, evidence }: Mishap): void {
    const mine = own(batch);
    this.#landed();
    mine.lastError = error;
    mine.apply({ type: "return", evidence });
  }

  /** The broker misses something before a batch, though nothing before it is under way: its numbers cannot be used any more. */
  outOfSequence(batch: Batch, error: KafkaError): void {
    this.returned(batch, { error, evidence: "never" });
    if (this.isFirstNumbered(batch)) this.#sequence.givenUp(batch.place);
  }

  /** The request with a batch has ended, and that is the batch's end: its calls are told, unless they were before. */
  failed(batch: Batch, { error, evidence, recordErrors }: Mishap): void {
    const mine = own(batch);
    this.#landed();
    if (mine.isSettled) mine.apply({ type: "land" });
    else mine.apply({ type: "fail", error, evidence, hasLanded: true }, recordErrors);
    this.#abandon(mine);
  }

  /** Gives a batch up, wherever it is; its calls are told. While its request is under way it keeps its place, as nothing may pass it. */
  giveUp(batch: Batch, error: KafkaError): void {
    const mine = own(batch);
    if (mine.isSettled) return;
    const evidence = mine.isOnWire ? "maybe" : "not by this attempt";
    mine.apply({ type: "fail", error, evidence, hasLanded: false });
    if (!mine.isOnWire) this.#abandon(mine);
  }

  /** Notes why a batch cannot be sent now. */
  blame(batch: Batch, error: KafkaError): void {
    own(batch).lastError = error;
  }

  /** Puts two halves in the place of a batch that was too large; what was sent behind it moves one place on. */
  split(batch: Batch, now: number): readonly [Batch, Batch] {
    const mine = own(batch);
    this.#sizeLimit.refused(mine.rawBytes, now);
    const halves = splitBatch(mine);
    this.#landed();
    const index = this.#outstanding.indexOf(mine);
    this.#outstanding.splice(index, 1, ...halves);
    for (const half of halves) this.#memory.grow(half, half.sizeInBytes);
    this.#memory.free(mine);
    if (mine.place === 0) return halves;
    for (const later of this.#outstanding.slice(index + 2)) if (later.place > 0) later.movePlace();
    this.#sequence.widen(mine.place);
    return halves;
  }

  /**
   * Sends nothing for a while after a failure, for a share of the usual pause; one that is kept already stays. Returns its length in
   * milliseconds.
   */
  pause(now: number, share = 1): number {
    if (this.#notBefore > now) return this.#notBefore - now;
    const delayMs = this.backoff.next() * share;
    this.#notBefore = now + delayMs;
    return delayMs;
  }

  /** The pause is over. */
  resume(): void {
    this.#notBefore = 0;
  }

  /** Every batch that waits for an outcome, oldest first. */
  batches(): readonly Batch[] {
    return [...this.#outstanding, ...this.#sealed, ...this.#open].filter(({ state }) => state.name !== "failed");
  }

  /** Whether it may be forgotten: it holds nothing, and its numbers are not needed any more. */
  get mayRetire(): boolean {
    return this.length === 0 && this.#sequence.mayRetire;
  }

  /** The queue is forgotten; it holds nothing. Should the partition be used again, its numbers begin in a later epoch. */
  retire(): void {
    this.#sequence.retire();
  }

  /** The next batch that waits to be sent again (rules 2 and 5). */
  #again(): QueuedBatch | undefined {
    const index = this.#outstanding.findIndex((batch) => !batch.isOnWire && this.#keepsNumbers(batch));
    if (index < 0 || this.#outstanding.some((batch, place) => place > index && batch.isOnWire)) return undefined;
    return this.#outstanding[index];
  }

  #keepsNumbers(batch: QueuedBatch): boolean {
    return !this.#sequence.hasGap || batch.place === 0 || batch.isDoubtful;
  }

  /** The next batch that was never sent. */
  #fresh(now: number): QueuedBatch | undefined {
    const batch = this.#sealed[0] ?? this.#open.find(({ dueAt }) => dueAt <= now);
    return batch?.lane.isIdempotent === true && this.#sequence.hasGap ? undefined : batch;
  }

  #mayJoin(batch: QueuedBatch): boolean {
    if (!batch.lane.isIdempotent) return true;
    if (!this.#sequence.isReady) return false;
    if (!this.#sequence.isProven && this.#onWire > 0) return false;
    const place = batch.place > 0 ? batch.place : this.#sequence.place + 1;
    const first = this.#outstanding.find((one) => one.place > 0) ?? batch;
    return first === batch || place - first.place < maxSpan;
  }

  /** Whether the broker has told of every numbered batch whether it is written. */
  #isRuledOn(): boolean {
    return this.#onWire === 0 && !this.#outstanding.some((batch) => batch.place > 0 && batch.isDoubtful);
  }

  #renumber(): void {
    if (!this.#sequence.nextEpoch()) return;
    for (const batch of this.#outstanding) if (batch.place > 0) this.#number(batch);
  }

  #number(batch: QueuedBatch): void {
    const stamp = batch.lane.isIdempotent ? this.#sequence.take(batch.count) : undefined;
    if (stamp) batch.number(stamp, this.#sequence.place);
  }

  /** Whether no batch that was numbered before this one is still to come. */
  isFirstNumbered(batch: Batch): boolean {
    return this.#outstanding.find(({ place }) => place > 0) === batch;
  }

  #landed(): void {
    this.#onWire -= 1;
  }

  #abandon(batch: QueuedBatch): void {
    for (const list of [this.#open, this.#sealed, this.#outstanding]) remove(list, batch);
    if (batch.place > 0) this.#sequence.givenUp(batch.place);
    this.#memory.free(batch);
  }
}

function own(batch: Batch): QueuedBatch {
  if (batch instanceof QueuedBatch) return batch;
  throw new Error("A batch that no queue has made cannot be changed.");
}

function remove(list: QueuedBatch[], batch: QueuedBatch): void {
  const index = list.indexOf(batch);
  if (index >= 0) list.splice(index, 1);
}
