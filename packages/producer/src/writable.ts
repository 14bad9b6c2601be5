import { asKafkaError, invalidArgument, isPlainObject, OptionReader } from "@moldau/connection-pool";
import { Writable } from "node:stream";
import type { Message } from "./accept/message.js";
import type { SendCall } from "./accept/send-call.js";
import type { SendOptions, SendSettings } from "./accept/send-options.js";

/** How a stream of messages is sent. */
export interface WritableSettings extends Omit<SendSettings, "signal"> {
  /** Name of the topic. */
  readonly topic: string;
  /** Messages that may wait in the stream before `write` says to hold on. Default 1,024. */
  readonly highWaterMark?: number | undefined;
}

/** What a stream does with its producer. */
export interface WritableTarget<Key, Value> {
  /** Begins a call. */
  open(options: SendOptions<Key, Value>): SendCall;
  /** Lets batches go that wait for company. */
  flush(): void;
}

/** Makes a stream of messages; those that have piled up while the last ones were taken go as one call. */
export function createWritable<Key, Value>(settings: WritableSettings, target: WritableTarget<Key, Value>): Writable {
  const { highWaterMark, ...rest } = readSettings(settings);
  let open = 0;
  let finished: (() => void) | undefined;
  const send = (messages: readonly Message<Key, Value>[], taken: (error?: Error) => void): void => {
    let call: SendCall;
    try {
      call = target.open({ ...rest, messages });
    } catch (error) {
      taken(asKafkaError(error));
      return;
    }
    open += 1;
    void call.entered().then(() => taken());
    call.promise.then(
      () => {
        open -= 1;
        if (open === 0) finished?.();
      },
      (error: unknown) => stream.destroy(asKafkaError(error)),
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
      if (open === 0) done();
      else target.flush();
    },
  });
  return stream;
}

function readSettings(settings: WritableSettings): WritableSettings & { readonly highWaterMark: number } {
  if (!isPlainObject(settings)) throw invalidArgument('writable: expected an object such as { topic: "orders" }.');
  const { highWaterMark, ...rest } = settings;
  const read = new OptionReader<Pick<WritableSettings, "highWaterMark">>("writable options", { highWaterMark });
  return { ...rest, highWaterMark: read.integer("highWaterMark", { min: 1, default: 1024 }) };
}
