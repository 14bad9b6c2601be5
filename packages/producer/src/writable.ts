import { asKafkaError, invalidArgument, isPlainObject, OptionReader } from "@moldau/connection-pool";
import { KafkaError } from "@moldau/protocol-codec";
import { Writable } from "node:stream";
import type { Message } from "./accept/message.js";
import type { SendCall } from "./accept/send-call.js";
import type { SendOptions, SendSettings } from "./accept/send-options.js";
import { SendError, type FailedBatch } from "./send-error.js";
import { StreamError } from "./stream-error.js";

/** How a stream of messages is sent. */
export interface WritableSettings extends Omit<SendSettings, "signal"> {
  /** Name of the topic. */
  readonly topic: string;
  /** Messages that may wait in the stream before `write` says to hold on. Default 1,024. */
  readonly highWaterMark?: number | undefined;
}

/** What a stream does with its producer. */
export interface WritableTarget<Key, Value> {
  /** Checks what every call will be made with, before there is one. */
  check(options: SendOptions<Key, Value>): void;
  /** Begins a call, whose messages are counted from `firstIndex`. */
  open(options: SendOptions<Key, Value>, firstIndex: number): SendCall;
  /** Lets batches go that wait for company. */
  flush(): void;
  /** Calls back when the event loop has had a turn. */
  soon(run: () => void): void;
}

/**
 * A Node stream in object mode that sends every message written to it: what `producer.writable()` gives. It knows how far it has come, also
 * when it was not its own failure that ended it: after a source has failed, `await producer.flush()` and look at {@link resumeFrom}.
 */
export class MessageWritable<Key, Value> extends Writable {
  readonly #target: WritableTarget<Key, Value>;
  readonly #settings: Omit<WritableSettings, "highWaterMark">;
  readonly #progress: StreamProgress;
  #finished: (() => void) | undefined;

  /** @internal A producer makes it. */
  constructor(settings: WritableSettings, target: WritableTarget<Key, Value>) {
    const { highWaterMark, ...rest } = readSettings(settings);
    target.check({ ...rest, messages: [] });
    super({ objectMode: true, highWaterMark });
    this.#target = target;
    this.#settings = rest;
    this.#progress = new StreamProgress(rest.topic);
  }

  /** How many of the messages written to it are in the log for certain. */
  get acknowledged(): number {
    return this.#progress.acknowledged;
  }

  /** The first message that is not in the log for certain, counted from 0 as they were written: all before it are. Only ever grows. */
  get resumeFrom(): number {
    return this.#progress.resumeFrom;
  }

  /** @internal */
  override _write(
    message: Message<Key, Value>,
    _encoding: BufferEncoding,
    taken: (error?: Error | null) => void,
  ): void {
    this.#send([message], taken);
  }

  /** @internal Those that have piled up while the last ones were taken go as one call. */
  override _writev(
    chunks: readonly { readonly chunk: Message<Key, Value> }[],
    taken: (error?: Error | null) => void,
  ): void {
    this.#send(
      chunks.map(({ chunk }) => chunk),
      taken,
    );
  }

  /** @internal */
  override _final(done: (error?: Error | null) => void): void {
    this.#finished = () => done();
    if (this.#progress.isOpen) this.#target.flush();
    else done();
  }

  #send(messages: readonly Message<Key, Value>[], taken: (error?: Error | null) => void): void {
    const progress = this.#progress;
    const begin = progress.begin(messages.length);
    let call: SendCall;
    try {
      call = this.#target.open({ ...this.#settings, messages }, begin);
    } catch (error) {
      taken(progress.failure(begin, error));
      return;
    }
    // A turn later the source has written what it has, and all of that goes as one call: a call for each message costs seven times as much.
    void call.entered().then(() => this.#target.soon(taken));
    call.promise.then(
      () => {
        progress.delivered(begin);
        if (!progress.isOpen) this.#finished?.();
      },
      (error: unknown) => this.destroy(progress.failure(begin, error)),
    );
  }
}

/** How far a stream has come, by messages in the order in which they were written to it, from 0. */
class StreamProgress {
  readonly #topic: string;
  /** Calls that are not in the log as a whole, by their first message: how many they have, and the first that is not in the log. */
  readonly #open = new Map<number, { readonly count: number; resumeFrom: number }>();
  #written = 0;
  #acknowledged = 0;

  constructor(topic: string) {
    this.#topic = topic;
  }

  /** Whether any call is not in the log, or not yet. */
  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  /** How many messages are in the log. */
  get acknowledged(): number {
    return this.#acknowledged;
  }

  /** The first message that is not. */
  get resumeFrom(): number {
    const [oldest] = this.#open.values();
    return oldest?.resumeFrom ?? this.#written;
  }

  /** A call with the next `count` messages begins; gives the number of the first. */
  begin(count: number): number {
    const first = this.#written;
    this.#open.set(first, { count, resumeFrom: first });
    this.#written += count;
    return first;
  }

  /** All of a call's messages are in the log. */
  delivered(first: number): void {
    this.#acknowledged += this.#open.get(first)?.count ?? 0;
    this.#open.delete(first);
  }

  /** Some of a call's messages are not: what the stream ends with. */
  failure(first: number, thrown: unknown): StreamError {
    const error = asKafkaError(thrown);
    const [delivered, failed] =
      thrown instanceof SendError ? [thrown.delivered, thrown.failed] : [[], [this.#refused(first, error)]];
    const call = this.#open.get(first);
    if (call !== undefined)
      call.resumeFrom = failed.reduce((least, { indexes: [index = first] }) => Math.min(least, index), Infinity);
    this.#acknowledged += delivered.reduce((sum, { count }) => sum + count, 0);
    return new StreamError({
      acknowledged: this.#acknowledged,
      resumeFrom: this.resumeFrom,
      delivered,
      failed,
      reason: thrown instanceof SendError && thrown.cause instanceof KafkaError ? thrown.cause : error,
    });
  }

  #refused(first: number, error: KafkaError): FailedBatch {
    const indexes = Array.from({ length: this.#open.get(first)?.count ?? 0 }, (_, index) => first + index);
    return { topic: this.#topic, partition: -1, indexes, code: error.code, written: "no", error };
  }
}

function readSettings(settings: WritableSettings): WritableSettings & { readonly highWaterMark: number } {
  if (!isPlainObject(settings)) throw invalidArgument('writable: expected an object such as { topic: "orders" }.');
  const { highWaterMark, ...rest } = settings;
  const read = new OptionReader<Pick<WritableSettings, "highWaterMark">>("writable options", { highWaterMark });
  return { ...rest, highWaterMark: read.integer("highWaterMark", { min: 1, default: 1024 }) };
}
