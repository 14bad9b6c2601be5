import { clientAborted, type Clock } from "@moldau/connection-pool";
import type { KafkaError, RecordBatch } from "@moldau/protocol-codec";
import type { AssignedPartition } from "../partitions/assigned-partition.js";
import { asKafkaError, secondReader, unreadable } from "../errors.js";
import { collectBatch, type Collected } from "./collect-batch.js";
import { MessageBatch } from "./message-batch.js";
import { Message } from "./message.js";
import { OpenBatch } from "./open-batch.js";
import { Wakeup } from "./wakeup.js";

/** What the reader tells the rest of the consumer. */
export interface ReaderHost {
  readonly clock: Clock;
  /** Called before anything is read: joins the group when that has not happened; `signal` ends the wait for it. */
  start(signal: AbortSignal | undefined): Promise<void>;
  /** Somebody began to read. */
  begun(): void;
  /** Something was handed out or became done. */
  progressed(): void;
  /** Batches of the partition were read to their end, so it may be fetched again. */
  consumed(partition: AssignedPartition): void;
}

/** What the application is working on. */
type Hand =
  | { readonly name: "empty" }
  /** The message at which the cursor of `open` stands. */
  | { readonly name: "message"; readonly open: OpenBatch }
  /** A batch from `start`, made of `batches`, which are put back if it does not become done. */
  | {
      readonly name: "batch";
      readonly partition: AssignedPartition;
      readonly version: number;
      readonly start: bigint;
      readonly batches: readonly RecordBatch[];
    };

/** Whether anything is handed out, and if not, why. */
type Condition =
  | { readonly name: "reading" }
  | { readonly name: "closed" }
  | { readonly name: "failed"; readonly error: KafkaError };

const emptyHand: Hand = { name: "empty" };

/** After this many bytes the event loop gets a turn, so that heartbeats and sockets are served under a busy loop: about a millisecond. */
const bytesPerTurn = 256 * 1024;

/**
 * The one reader of a consumer: takes what is buffered, partition by partition in turn, and knows what is in hand.
 *
 * What was handed out counts as done when the next is asked for, and not before: a commit may cover what lies before
 * {@link inHandFrom}, or before the position where nothing is in hand.
 */
export class Reader {
  /** How often something was asked for; an application that is stuck lets it stand still. */
  asked = 0;

  readonly #host: ReaderHost;
  readonly #queue: AssignedPartition[] = [];
  readonly #wakeup = new Wakeup();
  readonly #released = new Wakeup();
  #condition: Condition = { name: "reading" };
  #endedEarly = false;
  #isSuspended = false;
  #isWaiting = false;
  #owner: object | undefined;
  #hand: Hand = emptyHand;
  /** The batch that is half read. */
  #current: OpenBatch | undefined;
  /** The same, as long as the next message may be taken from it without looking at anything else. */
  #fast: OpenBatch | undefined;
  #bytesThisTurn = 0;

  constructor(host: ReaderHost) {
    this.#host = host;
  }

  /** Whether the last loop was left, or ended with an error: whatever comes after must not hide that. */
  get endedEarly(): boolean {
    return this.#endedEarly;
  }

  /** Whether somebody waits for something to read. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** Whether more may become done at any time: something is in hand, or half read. */
  get isActive(): boolean {
    return this.#hand.name !== "empty" || this.#current !== undefined;
  }

  /** Makes `owner` the one who reads. Throws CLIENT_SECOND_READER while somebody else does. */
  acquire(owner: object): void {
    if (this.#owner !== undefined && this.#owner !== owner) throw secondReader("A second loop was begun");
    if (this.#owner === owner) return;
    this.#owner = owner;
    this.#endedEarly = false;
    this.#host.begun();
  }

  /** Ends the reading of `owner`. What is in hand did not become done: it will be handed out again. */
  release(owner: object): void {
    if (this.#owner !== owner) return;
    this.#owner = undefined;
    this.#endedEarly = this.#condition.name !== "closed";
    this.#putBackHand();
    this.interrupt();
  }

  /** The next message where it takes but a step of the cursor, as for nearly all; otherwise undefined: ask {@link nextMessage}. */
  nextBuffered(): Message | undefined {
    const open = this.#fast;
    if (open === undefined) return undefined;
    const { cursor } = open;
    const delta = cursor.offsetDelta;
    this.asked++;
    try {
      if (cursor.next()) return new Message(open.source, cursor);
    } catch (error) {
      // The cursor got stuck on its way, so it no longer tells which message was in hand.
      open.partition.advanceTo(open.source.baseOffset + BigInt(delta) + 1n);
      this.#emptyHand();
      this.fail(this.#spoil(open.partition, unreadable(open.partition, error)));
      return undefined;
    }
    this.#emptyHand();
    this.#finish(open);
    return undefined;
  }

  /** The next message; undefined when there will be none. Throws what ended the reading. */
  nextMessage(owner: object, signal: AbortSignal | undefined): Promise<Message | undefined> {
    return this.#next(owner, signal, (open) => this.#handOutMessage(open));
  }

  /** The next batch, of at most `maxMessages`; undefined when there will be none. Throws what ended the reading. */
  nextBatch(owner: object, signal: AbortSignal | undefined, maxMessages: number): Promise<MessageBatch | undefined> {
    return this.#next(owner, signal, (open) => this.#handOutBatch(open, maxMessages));
  }

  /** The offset from which messages of the partition are in the application's hands; undefined when none are. */
  inHandFrom(partition: AssignedPartition): bigint | undefined {
    const hand = this.#hand;
    if (hand.name === "message")
      return hand.open.partition === partition && !hand.open.isStale ? hand.open.offset : undefined;
    if (hand.name === "batch")
      return hand.partition === partition && hand.version === partition.version ? hand.start : undefined;
    return undefined;
  }

  /** The offset that is handed out next. */
  positionOf(partition: AssignedPartition): bigint {
    const hand = this.#hand;
    if (hand.name !== "message" || hand.open.partition !== partition || hand.open.isStale) return partition.position;
    return hand.open.offset + 1n;
  }

  /** Takes note that there is something to read. */
  enqueue(partition: AssignedPartition): void {
    if (!partition.isQueued && partition.isLive && !partition.paused && !partition.buffer.isEmpty) {
      partition.isQueued = true;
      this.#queue.push(partition);
    }
    this.#wakeup.notify();
  }

  /** Something changed (a pause, a seek, the assignment): the next step looks before it reads on. */
  interrupt(): void {
    this.#fast = undefined;
    this.#wakeup.notify();
  }

  /** Hands nothing out until {@link resume}. */
  suspend(): void {
    this.#isSuspended = true;
    this.interrupt();
  }

  resume(): void {
    this.#isSuspended = false;
    this.interrupt();
  }

  /** Resolves once nothing is in hand (the application asked for the next, or left the loop), or when `signal` fires. */
  async emptyHanded(signal: AbortSignal): Promise<void> {
    while (this.#hand.name !== "empty" && !signal.aborted) {
      this.#released.reset();
      await this.#released.wait(signal);
    }
  }

  /** Ends the reading with an error: whoever reads, or reads next, gets it. */
  fail(error: KafkaError): void {
    if (this.#condition.name === "reading") this.#condition = { name: "failed", error };
    this.interrupt();
  }

  /** Ends the reading: loops end as if there were no more messages. */
  close(): void {
    this.#condition = { name: "closed" };
    this.interrupt();
  }

  async #next<T>(
    owner: object,
    signal: AbortSignal | undefined,
    handOut: (open: OpenBatch) => T | undefined | Promise<T | undefined>,
  ): Promise<T | undefined> {
    this.asked++;
    // After close() nothing becomes done any more: what was done has been committed.
    if (this.#condition.name !== "closed") this.#settle();
    this.#isWaiting = true;
    try {
      await this.#start(signal);
      while (this.#mayRead(owner, signal)) {
        this.#wakeup.reset();
        const open = this.#isSuspended ? undefined : this.#usable();
        const handed = open === undefined ? undefined : await handOut(open);
        if (handed !== undefined) return handed;
        if (this.#bytesThisTurn >= bytesPerTurn) await this.#yield();
        else if (open === undefined && (this.#isSuspended || !(await this.#openNext())))
          await this.#wakeup.wait(signal);
      }
      return undefined;
    } finally {
      this.#isWaiting = false;
      this.#host.progressed();
    }
  }

  async #start(signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#host.start(signal);
    } catch (error) {
      // Closing ends a start under way, and a loop as if there were nothing more.
      if (this.#condition.name !== "closed") throw error;
    }
  }

  /** False when reading is over; throws what ended it. An error ends one loop: the next one tries again. */
  #mayRead(owner: object, signal: AbortSignal | undefined): boolean {
    const condition = this.#condition;
    if (condition.name === "closed" || this.#owner !== owner) return false;
    if (condition.name === "failed") {
      this.#condition = { name: "reading" };
      throw condition.error;
    }
    if (signal?.aborted === true) throw clientAborted(signal);
    return true;
  }

  /** The half-read batch, unless something happened to its partition. */
  #usable(): OpenBatch | undefined {
    const open = this.#current;
    if (open === undefined) return undefined;
    if (!open.isStale && !open.partition.paused) return open;
    if (!open.isStale) open.partition.putBack([open.batch], open.partition.position);
    this.#current = undefined;
    return undefined;
  }

  /** Opens the next batch of the next partition in turn; false when nothing is buffered. */
  async #openNext(): Promise<boolean> {
    for (;;) {
      const partition = this.#queue.shift();
      if (partition === undefined) return false;
      partition.isQueued = false;
      if (!partition.isLive || partition.paused) continue;
      if ((await this.#open(partition)) !== undefined) return true;
    }
  }

  /** Opens the partition's next batch and makes it the current one; undefined when it has none. */
  async #open(partition: AssignedPartition): Promise<OpenBatch | undefined> {
    try {
      const batch = partition.nextBatch();
      if (batch === undefined) {
        this.#host.consumed(partition);
        return undefined;
      }
      const open = await OpenBatch.open(partition, batch);
      this.#bytesThisTurn += open.weight;
      partition.leaderEpochRead = batch.partitionLeaderEpoch;
      this.#current = open;
      return open;
    } catch (error) {
      throw this.#spoil(partition, unreadable(partition, error));
    }
  }

  #handOutMessage(open: OpenBatch): Message | undefined {
    if (!this.#advance(open)) {
      this.#finish(open);
      return undefined;
    }
    this.#hand = { name: "message", open };
    this.#fast = open;
    return new Message(open.source, open.cursor);
  }

  async #handOutBatch(open: OpenBatch, maxMessages: number): Promise<MessageBatch | undefined> {
    const { partition } = open;
    const { version, position: start } = partition;
    const collected = await collectBatch(open, maxMessages, {
      advance: (each) => this.#advance(each),
      finish: (each) => this.#finish(each),
      openNext: () => this.#open(partition),
    });
    // Something may have happened while a batch was decompressed: then nothing is handed out.
    if (partition.version !== version || collected.length === 0) return undefined;
    if (this.#isSuspended || partition.paused || this.#condition.name !== "reading") {
      this.#current = undefined;
      partition.putBack(collected.batches, start);
      this.enqueue(partition);
      return undefined;
    }
    this.#hand = { name: "batch", partition, version, start, batches: collected.batches };
    const { baseOffset } = open.source;
    return toMessageBatch(partition, baseOffset > start ? baseOffset : start, collected);
  }

  #advance(open: OpenBatch): boolean {
    try {
      return open.advance();
    } catch (error) {
      throw this.#spoil(open.partition, asKafkaError(error));
    }
  }

  /** A batch was read to its end. The offset behind it may be further than its last record: compaction leaves gaps. */
  #finish(open: OpenBatch): void {
    if (this.#current === open) this.#current = undefined;
    this.#fast = undefined;
    if (open.isStale) return;
    open.partition.advanceTo(open.batch.nextOffset);
    this.#host.consumed(open.partition);
    this.enqueue(open.partition);
  }

  /** What is in hand became done. */
  #settle(): void {
    const hand = this.#hand;
    this.#fast = undefined;
    if (hand.name === "message" && !hand.open.isStale) hand.open.partition.advanceTo(hand.open.offset + 1n);
    this.#emptyHand();
  }

  #putBackHand(): void {
    const hand = this.#hand;
    this.#emptyHand();
    if (hand.name === "empty" || this.#condition.name === "closed") return;
    const partition = hand.name === "message" ? hand.open.partition : hand.partition;
    const isStale = hand.name === "message" ? hand.open.isStale : hand.version !== partition.version;
    if (isStale) return;
    const start = hand.name === "message" ? hand.open.offset : hand.start;
    if (this.#current?.partition === partition) this.#current = undefined;
    partition.putBack(
      hand.name === "message" ? [hand.open.batch] : hand.batches,
      start > partition.marked ? start : partition.marked,
    );
    this.enqueue(partition);
  }

  #emptyHand(): void {
    this.#hand = emptyHand;
    this.#released.notify();
  }

  /** What was fetched of the partition cannot be read: it is dropped, and fetched again by whoever tries again. */
  #spoil(partition: AssignedPartition, error: KafkaError): KafkaError {
    if (this.#current?.partition === partition) this.#current = undefined;
    partition.forgetFetched();
    return error;
  }

  async #yield(): Promise<void> {
    this.#bytesThisTurn = 0;
    await new Promise<void>((resolve) => this.#host.clock.soon(resolve));
  }
}

function toMessageBatch(partition: AssignedPartition, firstOffset: bigint, { parts, length }: Collected): MessageBatch {
  const { topic, partition: number, position: nextOffset, highWatermark } = partition;
  return new MessageBatch(topic, number, { parts, length, firstOffset, nextOffset, highWatermark, stay: partition });
}
