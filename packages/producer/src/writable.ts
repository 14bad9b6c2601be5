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
  /** Begins a call. */
  open(options: SendOptions<Key, Value>): SendCall;
  /** Lets batches go that wait for company. */
  flush(): void;
}

/** Makes a stream of messages; those that have piled up while the last ones were taken go as one call. */
export function createWritable<Key, Value>(settings: WritableSettings, target: WritableTarget<Key, Value>): Writable {
  const { highWaterMark, ...rest } = readSettings(settings);
  target.check({ ...rest, messages: [] });
  const progress = new StreamProgress(rest.topic);
  let finished: (() => void) | undefined;
  const send = (messages: readonly Message<Key, Value>[], taken: (error?: Error) => void): void => {
    const begin = progress.begin(messages.length);
    let call: SendCall;
    try {
      call = target.open({ ...rest, messages });
    } catch (error) {
      taken(progress.failure(begin, error));
      return;
    }
    void call.entered().then(() => taken());
    call.promise.then(
      () => {
        progress.delivered(begin);
        if (!progress.isOpen) finished?.();
      },
      (error: unknown) => stream.destroy(progress.failure(begin, error)),
    );
  };
  const stream = new Writable({
    objectMode: true,
    highWaterMark,
    write: (message: Message<Key, Value>, _encoding, taken) => send([message], taken),
    writev: (chunks, taken) =>
      send(
        chunks.map(({ chunk }) => chunk),
        taken,
      ),
    final: (done) => {
      finished = () => done();
      if (progress.isOpen) target.flush();
      else done();
    },
  });
  return stream;
}

/** How far a stream has come, by messages in the order in which they were written to it, from 0. */
class StreamProgress {
  readonly #topic: string;
  /** Calls without an outcome: their first message, and how many they have. */
  readonly #open = new Map<number, number>();
  #written = 0;
  #acknowledged = 0;

  constructor(topic: string) {
    this.#topic = topic;
  }

  /** Whether any call has no outcome yet. */
  get isOpen(): boolean {
    return this.#open.size > 0;
  }

  /** A call with the next `count` messages begins; gives the number of the first. */
  begin(count: number): number {
    const first = this.#written;
    this.#open.set(first, count);
    this.#written += count;
    return first;
  }

  /** All of a call's messages are in the log. */
  delivered(first: number): void {
    this.#acknowledged += this.#open.get(first) ?? 0;
    this.#open.delete(first);
  }

  /** What the stream ends with after a call's failure. */
  failure(first: number, thrown: unknown): StreamError {
    const error = asKafkaError(thrown);
    const [delivered, failed] =
      thrown instanceof SendError ? [thrown.delivered, thrown.failed] : [[], [this.#refused(first, error)]];
    const inCall = failed.reduce((least, { indexes: [index = 0] }) => Math.min(least, index), Infinity);
    const [oldest = first] = this.#open.keys();
    return new StreamError({
      acknowledged: delivered.reduce((sum, { count }) => sum + count, this.#acknowledged),
      resumeFrom: oldest < first ? oldest : first + inCall,
      delivered: delivered.map((batch) => ({ ...batch, indexes: shifted(batch.indexes, first) })),
      failed: failed.map((batch) => ({ ...batch, indexes: shifted(batch.indexes, first) })),
      reason: thrown instanceof SendError && thrown.cause instanceof KafkaError ? thrown.cause : error,
    });
  }

  #refused(first: number, error: KafkaError): FailedBatch {
    const indexes = Array.from({ length: this.#open.get(first) ?? 0 }, (_, index) => index);
    return { topic: this.#topic, partition: -1, indexes, code: error.code, written: "no", error };
  }
}

function shifted(indexes: readonly number[], by: number): readonly number[] {
  return indexes.map((index) => index + by);
}

function readSettings(settings: WritableSettings): WritableSettings & { readonly highWaterMark: number } {
  if (!isPlainObject(settings)) throw invalidArgument('writable: expected an object such as { topic: "orders" }.');
  const { highWaterMark, ...rest } = settings;
  const read = new OptionReader<Pick<WritableSettings, "highWaterMark">>("writable options", { highWaterMark });
  return { ...rest, highWaterMark: read.integer("highWaterMark", { min: 1, default: 1024 }) };
}
