import { clientAborted, type Clock, type Timer } from "@moldau/connection-pool";
import type { KafkaError } from "@moldau/protocol-codec";
import { secondReader } from "../errors.js";
import type { ConsumerName } from "../events.js";
import type { AssignedPartition } from "../partitions/assigned-partition.js";
import { Wakeup } from "../wakeup.js";
import { Feed } from "./feed.js";
import { Pace } from "./pace.js";

/** What the reader tells the rest of the consumer. */
export interface ReaderHost {
  /** Which consumer it is. */
  readonly name: ConsumerName;
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

/** A kind of loop, as the reader sees it: what it takes from the feed, what is in its hands, and what becomes of that. */
export interface Reading<T> {
  /** Whether nothing is in the application's hands. */
  readonly isEmptyHanded: boolean;
  /** More is asked for, so what is in hand became done. */
  settle(): void;
  /** Hands out of what is open; undefined when that gives nothing. */
  handOut(): Promise<T | undefined>;
  /** Opens the next batch in turn; false when nothing is buffered. */
  open(): Promise<boolean>;
  /** There is nothing to hand out at the moment. What it throws ends the reading. */
  readonly idle?: (() => Promise<void>) | undefined;
  /** Something changed: the next step is not to be taken without asking. */
  interrupted(): void;
  /** Reading is over: what is in hand did not become done, and will be handed out again. */
  letGo(): void;
}

/** How the reading is ended. */
export interface ReaderCloseOptions {
  /** Whether the body that runs is let finish, so that what is in hand becomes done. */
  readonly finish: boolean;
  /** Until when that is waited for, on the clock's time. */
  readonly deadline: number;
}

/** Whether anything is handed out, and if not, why. */
type Condition =
  | { readonly name: "reading" }
  /** Nothing more is handed out; what is in hand may still become done. */
  | { readonly name: "finishing" }
  | { readonly name: "closed" }
  /** Closed, and a body had not finished in its time: its loop is told. */
  | { readonly name: "unfinished"; readonly error: KafkaError }
  /** The next step throws; where it is one loop's affair, only a step of that one. */
  | { readonly name: "failed"; readonly error: KafkaError; readonly only?: Reading<unknown> };

/**
 * Who reads at the moment, and whether there is anything to be handed out. What is buffered is the {@link Feed}'s, what is in
 * hand and done stands in the ledger of each partition, and how the one leads to the other is up to the kind of loop.
 */
export class Reader {
  readonly feed: Feed;
  readonly pace: Pace;

  readonly #host: ReaderHost;
  readonly #wakeup = new Wakeup();
  readonly #released = new Wakeup();
  #condition: Condition = { name: "reading" };
  #asked = 0;
  #endedEarly = false;
  #isWaiting = false;
  #loop: Reading<unknown> | undefined;
  /** Until when the body that runs is waited for, while reading is being ended. */
  #deadline = Infinity;
  #patience: Timer | undefined;
  #isLate = false;

  constructor(host: ReaderHost) {
    this.#host = host;
    this.pace = new Pace(host.clock);
    this.feed = new Feed({
      consumed: (partition) => host.consumed(partition),
      opened: (bytes) => this.pace.spent(bytes),
    });
  }

  /** Which consumer reads. */
  get name(): ConsumerName {
    return this.#host.name;
  }

  /** How often something was asked for; an application that is stuck lets it stand still. */
  get asked(): number {
    return this.#asked + this.pace.steps;
  }

  /** Whether the last loop was left, or ended with an error: whatever comes after must not hide that. */
  get endedEarly(): boolean {
    return this.#endedEarly;
  }

  /** Whether somebody waits for something to read. */
  get isWaiting(): boolean {
    return this.#isWaiting;
  }

  /** Whether more may become done at any time: something is in hand. */
  get isActive(): boolean {
    return this.#loop?.isEmptyHanded === false;
  }

  /** Whether anything may be handed out. */
  get isReading(): boolean {
    return this.#condition.name === "reading";
  }

  /** Whether reading is over but for the body that runs, which is being waited for. */
  get isFinishing(): boolean {
    return this.#condition.name === "finishing";
  }

  /** Makes `loop` the one that reads. Throws CLIENT_SECOND_READER while another one does. */
  acquire(loop: Reading<unknown>): void {
    if (this.#loop === loop) return;
    if (this.#loop !== undefined) throw secondReader("A second loop was begun");
    this.#loop = loop;
    this.#endedEarly = false;
    this.#host.begun();
  }

  /** Ends the reading of `loop`. What is in its hand did not become done: it will be handed out again. */
  release(loop: Reading<unknown>): void {
    if (this.#loop !== loop) return;
    this.#loop = undefined;
    if (this.#condition.name === "failed" && this.#condition.only === loop) this.#condition = { name: "reading" };
    this.#endedEarly = !this.#isEnding() || (this.isFinishing && !loop.isEmptyHanded);
    // After close() everything stays as it was committed.
    if (!this.#isClosed()) loop.letGo();
    this.#released.notify();
    this.#wakeup.notify();
  }

  /** What `loop` hands out next; undefined when there will be nothing more. What is in hand became done. Throws what ended the reading. */
  async ask<T>(loop: Reading<T>, signal: AbortSignal | undefined): Promise<T | undefined> {
    this.#asked++;
    // After close() nothing becomes done any more: what was done has been committed.
    if (!this.#isClosed()) loop.settle();
    this.#released.notify();
    this.#isWaiting = true;
    try {
      await this.#start(signal);
      while (this.#mayRead(loop, signal)) {
        this.#wakeup.reset();
        if (this.pace.isDue()) {
          await this.pace.rest();
          continue;
        }
        const handed = await loop.handOut();
        if (handed !== undefined) return handed;
        if (await loop.open()) continue;
        await loop.idle?.();
        await this.#rest(signal);
      }
      return undefined;
    } finally {
      this.#isWaiting = false;
      this.#host.progressed();
    }
  }

  /** What `loop` hands out at once, beside what is in hand and stays there; undefined when that is nothing, or there will be nothing more. */
  async askForMore<T>(loop: Reading<T>): Promise<T | undefined> {
    this.#asked++;
    while (this.#loop === loop && this.isReading) {
      if (this.pace.isDue()) {
        await this.pace.rest();
        continue;
      }
      const handed = await loop.handOut();
      if (handed !== undefined) return handed;
      if (!(await loop.open())) return undefined;
    }
    return undefined;
  }

  /** Takes note that there is something to read. */
  enqueue(partition: AssignedPartition): void {
    this.feed.enqueue(partition);
    this.#wakeup.notify();
  }

  /** Something changed (a pause, a seek, the assignment): the next step looks before it reads on. */
  interrupt(): void {
    this.#loop?.interrupted();
    this.#wakeup.notify();
  }

  /** Hands nothing out of these partitions until {@link resume}; the others go on. */
  suspend(partitions: Iterable<AssignedPartition>): void {
    for (const partition of partitions) partition.isSuspended = true;
    this.interrupt();
  }

  /** Goes on with partitions that were suspended. */
  resume(partitions: Iterable<AssignedPartition>): void {
    for (const partition of partitions) {
      partition.isSuspended = false;
      this.feed.enqueue(partition);
    }
    this.interrupt();
  }

  /** Resolves once nothing of these partitions is in hand (the application asked for the next, or left the loop), or when `signal` fires. */
  async emptyHanded(partitions: Iterable<AssignedPartition>, signal: AbortSignal): Promise<void> {
    const held = [...partitions];
    while (held.some(({ ledger }) => !ledger.isEmptyHanded) && !signal.aborted) {
      this.#released.reset();
      await this.#released.wait(signal);
    }
  }

  /** Ends the reading with an error: whoever reads, or reads next, gets it. */
  fail(error: KafkaError): void {
    if (this.#condition.name === "reading") this.#condition = { name: "failed", error };
    this.interrupt();
  }

  /** Ends the loop that reads, if one does, with an error that is no affair of the next one. */
  failLoop(error: KafkaError): void {
    const only = this.#loop;
    if (only !== undefined && this.#condition.name === "reading") this.#condition = { name: "failed", error, only };
    this.interrupt();
  }

  /**
   * Ends the reading: loops end as if there were no more messages. Resolves when nothing becomes done any more, at once
   * without `finish`; else when the body that runs has asked for the next, or was left, or its time is over. What `late`
   * makes is what its loop gets then, and what is returned.
   */
  async close(options: ReaderCloseOptions & { readonly late: () => KafkaError }): Promise<KafkaError | undefined> {
    const { clock } = this.#host;
    // Where there is no time to wait, nobody waits in vain.
    const finish = options.finish && options.deadline > clock.monotonic();
    this.#condition = finish ? { name: "finishing" } : { name: "closed" };
    this.interrupt();
    this.hurry(options);
    while (this.isFinishing && this.isActive && !this.#isLate) {
      this.#released.reset();
      await this.#released.wait();
    }
    this.#patience?.cancel();
    const error = this.isFinishing && this.isActive ? options.late() : undefined;
    this.#condition = error === undefined ? { name: "closed" } : { name: "unfinished", error };
    this.interrupt();
    return error;
  }

  /** Lets {@link close} wait no longer than until `deadline`, and without `finish` no longer at all. */
  hurry({ finish, deadline }: ReaderCloseOptions): void {
    if (!this.isFinishing) return;
    if (!finish) this.#condition = { name: "closed" };
    this.#released.notify();
    if (deadline >= this.#deadline) return;
    const { clock } = this.#host;
    this.#deadline = deadline;
    this.#patience?.cancel();
    this.#patience = clock.timer(Math.max(0, deadline - clock.monotonic()), () => {
      this.#isLate = true;
      this.#released.notify();
    });
  }

  async #start(signal: AbortSignal | undefined): Promise<void> {
    try {
      await this.#host.start(signal);
    } catch (error) {
      // Closing ends a start under way, and a loop as if there were nothing more.
      if (!this.#isEnding()) throw error;
    }
  }

  async #rest(signal: AbortSignal | undefined): Promise<void> {
    await this.#wakeup.wait(signal);
    this.pace.turned();
  }

  #isEnding(): boolean {
    return this.isFinishing || this.#isClosed();
  }

  #isClosed(): boolean {
    return this.#condition.name === "closed" || this.#condition.name === "unfinished";
  }

  /** False when reading is over; throws what ended it. An error ends one loop: the next one tries again. */
  #mayRead(loop: Reading<unknown>, signal: AbortSignal | undefined): boolean {
    const condition = this.#condition;
    if (this.#loop !== loop) return false;
    if (condition.name === "unfinished") throw condition.error;
    if (this.#isEnding()) return false;
    if (condition.name === "failed") {
      this.#condition = { name: "reading" };
      throw condition.error;
    }
    if (signal?.aborted === true) throw clientAborted(signal);
    return true;
  }
}
