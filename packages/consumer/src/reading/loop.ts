import { onAbort } from "@moldau/connection-pool";
import { secondReader } from "../errors.js";
import type { EndHandTrace } from "./hand-trace.js";
import type { OpenBatch } from "./open-batch.js";
import type { Reader, Reading } from "./reader.js";

/** How a loop may be ended from outside. */
export interface LoopOptions {
  /** Ends the loop with CLIENT_ABORTED. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

type Result<T> = IteratorResult<T, undefined>;

/**
 * One loop over what is fetched, as an application sees it: whoever asks first becomes the consumer's one reader, until the
 * loop ends. How much it hands out at a time, and when that becomes done, is up to the kind of loop.
 */
export abstract class Loop<T> implements AsyncIterableIterator<T, undefined>, Reading<T> {
  protected readonly reader: Reader;
  /** "new" until the reader is ours. */
  protected state: "new" | "idle" | "pending" | "over" = "new";
  /** The batch that is half read. */
  protected current: OpenBatch | undefined;
  readonly #signal: AbortSignal | undefined;
  #forgetSignal: (() => void) | undefined;
  #isOpening = false;
  #endTraces: EndHandTrace[] = [];

  constructor(reader: Reader, { signal }: LoopOptions = {}) {
    this.reader = reader;
    this.#signal = signal;
  }

  /** Whether nothing is in the application's hands. */
  abstract get isEmptyHanded(): boolean;

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<Result<T>> {
    if (this.state === "over") return { done: true, value: undefined };
    if (this.state === "pending") throw secondReader("next() was called again before the first was answered");
    try {
      if (this.state === "new") this.#begin();
      this.state = "pending";
      const value = await this.reader.ask(this, this.#signal);
      if (value !== undefined && !this.#isOver()) {
        this.state = "idle";
        return { done: false, value };
      }
    } catch (error) {
      this.#end();
      throw error;
    }
    this.#end();
    return { done: true, value: undefined };
  }

  /** Ends the loop. What is in hand did not become done. */
  return(): Promise<Result<T>> {
    this.#end();
    return Promise.resolve({ done: true, value: undefined });
  }

  /** Ends the loop. What is in hand did not become done. */
  throw(error: unknown): Promise<Result<T>> {
    this.#end();
    return Promise.reject(error);
  }

  /** What is in hand became done. */
  abstract settle(): void;

  /** Hands out of the current batch; undefined when that gives nothing. */
  async handOut(): Promise<T | undefined> {
    const open = this.#usable();
    if (open === undefined) return undefined;
    return this.#uninterrupted(() => this.takeOf(open));
  }

  /** Opens the next batch in turn; false when nothing is buffered. */
  async open(): Promise<boolean> {
    return this.#uninterrupted(async () => {
      this.current = await this.reader.feed.take();
      return this.current !== undefined;
    });
  }

  /** Something changed: the next step is not to be taken without looking. */
  abstract interrupted(): void;

  /** Reading is over: what is in hand did not become done and goes back. */
  letGo(): void {
    // What is being opened goes back once it is open, in front of what follows it.
    if (!this.#isOpening) this.putBack();
  }

  /** Takes the next of the batch, which is {@link current}. Throws what keeps it from being read. */
  protected abstract takeOf(open: OpenBatch): T | undefined | Promise<T | undefined>;

  /** Subscribers follow what is handed out now; `end` tells them its outcome. */
  protected traced(end: EndHandTrace): void {
    this.#endTraces.push(end);
  }

  /** What was in hand has its outcome, of which subscribers are told if they follow it. */
  protected endTrace(isDone: boolean): void {
    if (this.#endTraces.length === 0) return;
    const ends = this.#endTraces;
    this.#endTraces = [];
    for (const end of ends) end(isDone ? "done" : "given back");
  }

  /** Gives everything back that was taken and is not done. */
  protected abstract putBack(): void;

  /** The half-read batch, unless something happened to its partition. */
  #usable(): OpenBatch | undefined {
    const open = this.current;
    if (open === undefined || (!open.isStale && open.partition.isReadable)) return open;
    this.current = undefined;
    this.reader.feed.putBack(open);
    return undefined;
  }

  async #uninterrupted<R>(work: () => R | Promise<R>): Promise<R> {
    this.#isOpening = true;
    try {
      return await work();
    } finally {
      this.#isOpening = false;
      if (this.#isOver()) this.#putBackLate();
    }
  }

  /** Somebody else reads by now, and may wait for what comes back. */
  #putBackLate(): void {
    this.putBack();
    this.reader.interrupt();
  }

  // Returning while next() is pending ends the loop under it.
  #isOver(): boolean {
    return this.state === "over";
  }

  #begin(): void {
    this.reader.acquire(this);
    // The quick path does not look at the signal.
    this.#forgetSignal = onAbort(this.#signal, () => this.reader.interrupt());
  }

  #end(): void {
    this.state = "over";
    this.#forgetSignal?.();
    this.#forgetSignal = undefined;
    this.reader.release(this);
    this.endTrace(false);
  }
}
