import { clientAborted, onAbort } from "@moldau/connection-pool";
import { KafkaError } from "@moldau/protocol-codec";
import { Lanes } from "../batch/lane.js";
import type { ProducerAnnouncer } from "../events.js";
import type { ResolvedProducerOptions } from "../options.js";
import { overheadBytes } from "../send/produce-request.js";
import type { ProducerCluster } from "../producer-cluster.js";
import type { SendPipeline } from "../send-pipeline.js";
import { CallPart } from "./call-part.js";
import { Gates } from "./gates.js";
import { checkMessages, type EncodedMessage } from "./message.js";
import { OpenCalls } from "./open-calls.js";
import { SendCall } from "./send-call.js";
import type { NumberedMessages, ResolvedSendSettings, TopicMessages } from "./send-options.js";
import { serializeMessages } from "./serialize.js";

/** What the intake needs. */
export interface IntakeOptions<Key, Value> {
  readonly cluster: Pick<ProducerCluster, "cachedTopic" | "clock" | "refreshTopics" | "topic">;
  readonly options: ResolvedProducerOptions<Key, Value>;
  readonly pipeline: SendPipeline;
  readonly announcer: ProducerAnnouncer;
}

/** Messages of every part of a call, in the order of the parts. */
type Checked = readonly (readonly EncodedMessage[])[];

/**
 * Where calls begin: their messages are serialized, checked and given their partitions before any of them goes into a batch, so
 * that nothing is sent of a call with a bad message in it.
 *
 * All of that happens within the call when it can. Otherwise the call waits at the {@link Gates gate} of its topic, where later ones queue
 * behind it.
 */
export class Intake<Key, Value> {
  readonly #options: IntakeOptions<Key, Value>;
  readonly #lanes: Lanes;
  readonly #calls = new OpenCalls();
  readonly #gates: Gates;

  constructor(init: IntakeOptions<Key, Value>) {
    this.#options = init;
    const { cluster, options, pipeline, announcer } = init;
    this.#lanes = new Lanes(options);
    const { memory } = pipeline;
    this.#gates = new Gates({ ...options, cluster, memory, announcer, enter: (part) => pipeline.enter(part) });
  }

  /** Begins a call, whose messages are counted from `firstIndex`. Throws when any message is bad; nothing has been sent then. */
  open(settings: ResolvedSendSettings, entries: readonly TopicMessages<Key, Value>[], firstIndex = 0): SendCall {
    const { signal } = settings;
    if (signal?.aborted === true) throw clientAborted(signal, { written: false });
    const filled = numbered(entries, firstIndex);
    // What is serialized and cannot be put into batches yet is bounded by the producer's memory, like batches.
    const mayStart =
      this.#options.pipeline.memory.available > 0 || !filled.some(({ topic }) => this.#gates.isBusy(topic));
    const checked = mayStart ? this.#check(filled) : undefined;
    const call = new SendCall((settled) => this.#calls.settled(settled));
    call.hold();
    const parts = this.#parts(call, settings, filled);
    if (checked === undefined || checked instanceof Promise) this.#loadLater(parts, filled, checked);
    else this.#enter(parts, checked);
    this.#calls.add(call);
    if (signal && parts.length > 0) heed(signal, call, parts);
    call.release();
    return call;
  }

  /** Resolves when every call that is open now has its outcome. */
  settle(): Promise<void> {
    return this.#calls.settle();
  }

  /** Refuses whoever waits at a gate. */
  refuseWaiting(error: KafkaError): void {
    this.#gates.close(() => error);
  }

  /** Refuses whoever still waits at a gate. `reason` makes the error, of why the topic could not be had last. */
  close(reason: (cause: KafkaError | undefined) => KafkaError): void {
    this.#gates.close(reason);
  }

  /** Serializes and checks the messages of all entries; a promise only if a serializer gave one. */
  #check(entries: readonly NumberedMessages<Key, Value>[]): Checked | Promise<Checked> {
    const { serialize, maxRequestSize } = this.#options.options;
    const maxBytes = maxRequestSize - overheadBytes;
    const drafts = entries.map((entry) => serializeMessages(entry, serialize));
    const check = (all: readonly (readonly unknown[])[]): Checked =>
      entries.map(({ topic, indexBase }, index) => checkMessages(all[index] ?? [], { topic, indexBase, maxBytes }));
    const ready = drafts.filter(isReady);
    if (ready.length === drafts.length) return check(ready);
    const later = Promise.all(drafts.map((draft) => Promise.resolve(draft))).then(check);
    // Each part meets the failure at its turn at the gate, which may be later than Node waits for a handler.
    later.catch(() => undefined);
    return later;
  }

  #parts(call: SendCall, settings: ResolvedSendSettings, entries: readonly NumberedMessages<Key, Value>[]): CallPart[] {
    const { cluster, pipeline } = this.#options;
    const { clock } = cluster;
    const [timestamp, startedAt] = [clock.now(), clock.monotonic()];
    const lane = this.#lanes.lane(settings);
    return entries.map(({ topic: name, messages: { length: count }, indexBase }) => {
      const topic = pipeline.topic(name, startedAt);
      return new CallPart({ call, topic, lane, timestamp, startedAt, count, indexBase });
    });
  }

  /** Serializers answer later, or are asked later. */
  #loadLater(
    parts: readonly CallPart[],
    entries: readonly NumberedMessages<Key, Value>[],
    checked: Promise<Checked> | undefined,
  ): void {
    let asked = checked;
    parts.forEach((part, index) =>
      this.#gates.wait(part, async () => {
        asked ??= Promise.resolve(this.#check(entries));
        return (await asked)[index] ?? [];
      }),
    );
  }

  #enter(parts: readonly CallPart[], checked: Checked): void {
    parts.forEach((part, index) => part.load(checked[index] ?? []));
    // All are placed before the first one enters: the application's partitioner may fail.
    const ready = parts.map((part) => this.#place(part));
    parts.forEach((part, index) => (ready[index] ? this.#options.pipeline.enter(part) : this.#gates.wait(part)));
  }

  /** Gives messages their partitions if that is possible at once. Throws what the application's partitioner deserves. */
  #place(part: CallPart): boolean {
    const { cluster, options } = this.#options;
    const metadata = this.#gates.isBusy(part.topic.name) ? undefined : cluster.cachedTopic(part.topic.name);
    if (metadata === undefined) return false;
    try {
      part.place(metadata, options.partitioner);
      return true;
    } catch (error) {
      if (isStale(error)) return false;
      throw error;
    }
  }
}

/** The entries that have messages, each with the number of its first among all for its topic. */
function numbered<Key, Value>(
  entries: readonly TopicMessages<Key, Value>[],
  firstIndex: number,
): NumberedMessages<Key, Value>[] {
  const next = new Map<string, number>();
  return entries
    .filter(({ messages }) => messages.length > 0)
    .map(({ topic, messages }) => {
      const indexBase = next.get(topic) ?? firstIndex;
      next.set(topic, indexBase + messages.length);
      return { topic, messages, indexBase };
    });
}

/** The caller's signal ends the waiting, at the gate as well as for memory; what is in a batch goes on. */
function heed(signal: AbortSignal, call: SendCall, parts: readonly CallPart[]): void {
  const takeBack = onAbort(signal, () => {
    for (const part of parts) part.refuse(clientAborted(signal, { written: false }));
  });
  // `entered` never rejects.
  void call.entered().then(takeBack);
}

function isReady<Value>(value: Value | Promise<Value>): value is Value {
  return !(value instanceof Promise);
}

/** Whether it may only be that the topic has more partitions than were known. */
function isStale(error: unknown): boolean {
  return error instanceof KafkaError && error.refreshMetadata === true;
}
