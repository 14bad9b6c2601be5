import { secondReader } from "../errors.js";
import type { MessageBatch } from "./message-batch.js";
import type { Message } from "./message.js";
import type { Reader } from "./reader.js";

/** How a loop may be ended from outside. */
export interface LoopOptions {
  /** Ends the loop with CLIENT_ABORTED. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

type Result<T> = IteratorResult<T, undefined>;

/** One loop over what the reader hands out. Whoever asks first becomes the consumer's one reader, until the loop ends. */
abstract class Loop<T> implements AsyncIterableIterator<T, undefined> {
  protected readonly reader: Reader;
  protected readonly signal: AbortSignal | undefined;
  /** "new" until the reader is ours. */
  protected state: "new" | "idle" | "pending" | "over" = "new";

  constructor(reader: Reader, { signal }: LoopOptions = {}) {
    this.reader = reader;
    this.signal = signal;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<Result<T>> {
    if (this.state === "over") return { done: true, value: undefined };
    if (this.state === "pending") throw secondReader("next() was called again before the first was answered");
    try {
      if (this.state === "new") this.#begin();
      this.state = "pending";
      const value = await this.take();
      if (value !== undefined && this.#isPending()) {
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

  /** Asks the reader; undefined when there will be no more. */
  protected abstract take(): Promise<T | undefined>;

  // Returning while next() is pending ends the loop under it.
  #isPending(): boolean {
    return this.state === "pending";
  }

  #begin(): void {
    this.reader.acquire(this);
    // The quick path does not look at the signal.
    this.signal?.addEventListener("abort", this.#interrupt);
  }

  #end(): void {
    this.state = "over";
    this.signal?.removeEventListener("abort", this.#interrupt);
    this.reader.release(this);
  }

  readonly #interrupt = (): void => this.reader.interrupt();
}

const resolved = Promise.resolve();

/** A loop over messages. */
export class MessageLoop extends Loop<Message> {
  #buffered: Message | undefined;

  /** What is buffered takes one step of a cursor and one turn of the microtask queue. */
  override next(): Promise<Result<Message>> {
    const message = this.state === "idle" ? this.reader.nextBuffered() : undefined;
    if (message === undefined) return super.next();
    this.state = "pending";
    this.#buffered = message;
    return resolved.then(this.#handOut);
  }

  protected take(): Promise<Message | undefined> {
    return this.reader.nextMessage(this, this.signal);
  }

  // Runs just before whoever awaits goes on, so that a second next() in between is noticed.
  readonly #handOut = (): Result<Message> => {
    const value = this.#buffered;
    this.#buffered = undefined;
    if (value === undefined || this.state !== "pending") return { done: true, value: undefined };
    this.state = "idle";
    return { done: false, value };
  };
}

/** A loop over batches. */
export class BatchLoop extends Loop<MessageBatch> {
  readonly #maxMessages: number;

  constructor(reader: Reader, { maxMessages, ...options }: LoopOptions & { readonly maxMessages: number }) {
    super(reader, options);
    this.#maxMessages = maxMessages;
  }

  protected take(): Promise<MessageBatch | undefined> {
    return this.reader.nextBatch(this, this.signal, this.#maxMessages);
  }
}
