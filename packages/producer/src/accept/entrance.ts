import { clientAborted, isConnectionFailure, type TopicMetadata } from "@moldau/connection-pool";
import { KafkaError } from "@moldau/protocol-codec";
import { CallPart } from "./call-part.js";
import { asKafkaError } from "../failures.js";
import { Lanes } from "../batch/lane.js";
import { checkMessages, type EncodedMessage } from "./message.js";
import { OpenCalls } from "./open-calls.js";
import type { ResolvedProducerOptions } from "../options.js";
import { overheadBytes } from "../send/produce-request.js";
import { SendCall } from "./send-call.js";
import type { ResolvedSendSettings, TopicMessages } from "./send-options.js";
import type { ProducerCluster, SendPipeline } from "../send-pipeline.js";
import { serializeMessages } from "./serialize.js";

/** What the entrance needs. */
export interface EntranceOptions<Key, Value> {
  readonly cluster: Pick<ProducerCluster, "cachedTopic" | "clock" | "refreshTopics" | "topic">;
  readonly options: ResolvedProducerOptions<Key, Value>;
  readonly pipeline: SendPipeline;
}

/** Messages of every part of a call, in the order of the parts. */
type Checked = readonly (readonly EncodedMessage[])[];

/**
 * Where calls begin: their messages are serialized, checked and given their partitions before any of them goes into a batch, so
 * that nothing is sent of a call with a bad message in it.
 *
 * All of that happens within the call when it can. Otherwise the call waits at the gate of its topic, where later ones queue
 * behind it.
 */
export class Entrance<Key, Value> {
  readonly #options: EntranceOptions<Key, Value>;
  readonly #lanes: Lanes;
  readonly #calls = new OpenCalls();
  readonly #gated = new Set<CallPart>();
  readonly #closed = new AbortController();

  constructor(options: EntranceOptions<Key, Value>) {
    this.#options = options;
    this.#lanes = new Lanes(options.options);
  }

  /** Begins a call. Throws when any message is bad; nothing has been sent then. */
  open(settings: ResolvedSendSettings, entries: readonly TopicMessages<Key, Value>[]): SendCall {
    const { signal } = settings;
    if (signal?.aborted === true) throw clientAborted(signal, { written: false });
    const filled = entries.filter(({ messages }) => messages.length > 0);
    const checked = this.#check(filled);
    const call = new SendCall((settled) => this.#calls.settled(settled));
    call.hold();
    const parts = this.#parts(call, settings, filled);
    if (checked instanceof Promise) {
      parts.forEach((part, index) => this.#queue(part, async () => part.load((await checked)[index] ?? []), signal));
    } else {
      parts.forEach((part, index) => part.load(checked[index] ?? []));
      // All are placed before the first one enters: the application's partitioner may fail.
      const ready = parts.map((part) => this.#place(part));
      parts.forEach((part, index) =>
        ready[index] ? this.#options.pipeline.admit(part) : this.#queue(part, undefined, signal),
      );
    }
    this.#calls.add(call);
    if (signal) this.#heed(signal, parts);
    call.release();
    return call;
  }

  /** Resolves when every call that is open now has its outcome. */
  settle(): Promise<void> {
    return this.#calls.settle();
  }

  /** Refuses whoever still waits at a gate. */
  close(error: KafkaError): void {
    this.#closed.abort(error);
    for (const part of this.#gated) part.refuse(error);
  }

  /** Serializes and checks the messages of all entries; a promise only if a serializer gave one. */
  #check(entries: readonly TopicMessages<Key, Value>[]): Checked | Promise<Checked> {
    const { serialize, maxRequestSize } = this.#options.options;
    const maxBytes = maxRequestSize - overheadBytes;
    const drafts = entries.map(({ topic, messages }) => serializeMessages(topic, messages, serialize));
    const check = (all: readonly (readonly unknown[])[]): Checked =>
      all.map((messages, index) => checkedMessages(entries[index]?.topic ?? "", messages, maxBytes));
    const ready = drafts.filter(isReady);
    if (ready.length === drafts.length) return check(ready);
    const later = Promise.all(drafts.map((draft) => Promise.resolve(draft))).then(check);
    // Each part meets the failure at its turn at the gate, which may be later than Node waits for a handler.
    later.catch(() => undefined);
    return later;
  }

  #parts(call: SendCall, settings: ResolvedSendSettings, entries: readonly TopicMessages<Key, Value>[]): CallPart[] {
    const { cluster, pipeline } = this.#options;
    const { clock } = cluster;
    const [timestamp, startedAt] = [clock.now(), clock.monotonic()];
    const lane = this.#lanes.lane(settings);
    const before = new Map<string, number>();
    return entries.map(({ topic, messages: { length: count } }) => {
      const indexBase = before.get(topic) ?? 0;
      before.set(topic, indexBase + count);
      return new CallPart({ call, topic: pipeline.topic(topic), lane, timestamp, startedAt, count, indexBase });
    });
  }

  /** Gives messages their partitions if that is possible at once. Throws what the application's partitioner deserves. */
  #place(part: CallPart): boolean {
    const { cluster, options } = this.#options;
    const metadata = part.topic.isGated ? undefined : cluster.cachedTopic(part.topic.name);
    if (metadata === undefined) return false;
    try {
      part.place(metadata, options.partitioner);
      return true;
    } catch (error) {
      if (isStale(error)) return false;
      throw error;
    }
  }

  #queue(part: CallPart, load: (() => Promise<void>) | undefined, signal: AbortSignal | undefined): void {
    this.#gated.add(part);
    const passing = part.topic.passGate(() => this.#pass(part, load, signal));
    passing.then(
      () => this.#gated.delete(part),
      (error: unknown) => part.refuse(asKafkaError(error)),
    );
  }

  /** One call's turn at the gate of its topic. */
  async #pass(part: CallPart, load: (() => Promise<void>) | undefined, signal: AbortSignal | undefined): Promise<void> {
    try {
      await load?.();
    } catch (error) {
      part.abort(asKafkaError(error));
    }
    if (part.isDone) return;
    try {
      await this.#placeLater(part, signal);
      if (!part.isDone) this.#options.pipeline.admit(part);
    } catch (error) {
      part.refuse(asKafkaError(error));
    }
  }

  async #placeLater(part: CallPart, signal: AbortSignal | undefined): Promise<void> {
    const { cluster, options } = this.#options;
    const giveUp = signal === undefined ? this.#closed.signal : AbortSignal.any([this.#closed.signal, signal]);
    try {
      part.place(await this.#metadata(part, giveUp), options.partitioner);
    } catch (error) {
      if (!isStale(error)) throw error;
      await cluster.refreshTopics([part.topic.name]);
      part.place(await this.#metadata(part, giveUp), options.partitioner);
    }
  }

  /** The topic's partitions; while no broker answers, it is asked again until the call's patience is over. */
  async #metadata({ topic: { name }, startedAt, lane }: CallPart, signal: AbortSignal): Promise<TopicMetadata> {
    const { cluster, options } = this.#options;
    const until = startedAt + Math.min(options.maxBlockMs, lane.timeoutMs);
    for (;;) {
      const timeoutMs = Math.max(0, until - cluster.clock.monotonic());
      try {
        return await cluster.topic(name, { signal, timeoutMs, allowAutoCreate: options.allowAutoTopicCreation });
      } catch (error) {
        if (!isConnectionFailure(error) || cluster.clock.monotonic() >= until) throw error;
      }
    }
  }

  /** The caller's signal ends the waiting, at the gate as well as for memory; what is in a batch goes on. */
  #heed(signal: AbortSignal, parts: readonly CallPart[]): void {
    const aborted = (): void => {
      for (const part of parts) part.refuse(clientAborted(signal, { written: false }));
    };
    signal.addEventListener("abort", aborted, { once: true });
    const forget = (): void => signal.removeEventListener("abort", aborted);
    // `entered` never rejects.
    for (const { call } of parts.slice(0, 1)) void call.entered().then(forget);
  }
}

function checkedMessages(topic: string, messages: readonly unknown[], maxBytes: number): readonly EncodedMessage[] {
  checkMessages(topic, messages, maxBytes);
  return messages;
}

function isReady<Value>(value: Value | Promise<Value>): value is Value {
  return !(value instanceof Promise);
}

/** Whether it may only be that the topic has more partitions than were known. */
function isStale(error: unknown): boolean {
  return error instanceof KafkaError && error.refreshMetadata === true;
}
