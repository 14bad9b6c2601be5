import type { TopicMetadata } from "@moldau/connection-pool";
import type { KafkaError } from "@moldau/protocol-codec";
import type { Lane } from "../batch/lane.js";
import type { MessageRun } from "../batch/message-run.js";
import type { TopicQueues } from "../batch/topic-queues.js";
import type { Partitioner } from "../partitioner/partitioner.js";
import { placeMessages } from "../partitioner/place-messages.js";
import type { EncodedMessage } from "./message.js";
import type { SendCall } from "./send-call.js";

/** What a {@link CallPart} is made of. */
export interface CallPartOptions {
  readonly call: SendCall;
  readonly topic: TopicQueues;
  readonly lane: Lane;
  /** When the call was made, in milliseconds since 1970: the timestamp of messages that have none. */
  readonly timestamp: number;
  /** The same moment by the monotonic clock: the beginning of the messages' patience. */
  readonly startedAt: number;
  /** Number of messages. */
  readonly count: number;
  /** Number of messages for the same topic that stand before these in the call. */
  readonly indexBase: number;
}

/** The messages of one call to one topic, and how many of them are in batches already. */
export class CallPart implements MessageRun {
  readonly call: SendCall;
  readonly topic: TopicQueues;
  readonly lane: Lane;
  readonly timestamp: number;
  readonly startedAt: number;
  readonly count: number;
  readonly indexBase: number;
  /** Until when it may wait for memory, in monotonic milliseconds. */
  blockedUntil = Infinity;
  #messages: readonly EncodedMessage[] = [];
  #metadata: TopicMetadata | undefined;
  #places: Int32Array | undefined;
  #cursor = 0;
  #isDone = false;
  #done: (() => void) | undefined;

  constructor({ call, topic, lane, timestamp, startedAt, count, indexBase }: CallPartOptions) {
    this.call = call;
    this.topic = topic;
    this.lane = lane;
    this.timestamp = timestamp;
    this.startedAt = startedAt;
    this.count = count;
    this.indexBase = indexBase;
    call.entering();
    topic.enter();
  }

  get messages(): readonly EncodedMessage[] {
    return this.#messages;
  }

  /** Partitions by message, {@link sticky} among them; undefined when all are sticky. */
  get places(): Int32Array | undefined {
    return this.#places;
  }

  /** The topic's partitions, as they were when the messages were placed. */
  get metadata(): TopicMetadata | undefined {
    return this.#metadata;
  }

  /** The first message that is in no batch. */
  get cursor(): number {
    return this.#cursor;
  }

  /** Whether every message is in a batch, or the rest was refused. */
  get isDone(): boolean {
    return this.#isDone;
  }

  /** Calls `listener`, the only one, when every message is in a batch or the rest was refused; at once when that is so. */
  whenDone(listener: () => void): void {
    if (this.#isDone) listener();
    else this.#done = listener;
  }

  /** Gives it its messages, checked. */
  load(messages: readonly EncodedMessage[]): void {
    this.#messages = messages;
  }

  /** Works out the partitions. Throws what the partitioner's choice deserves; nothing has been sent then. */
  place(metadata: TopicMetadata, partitioner: Partitioner | undefined): void {
    this.#metadata = metadata;
    this.#places = placeMessages(this.#messages, metadata, { partitioner, indexBase: this.indexBase });
  }

  /** The messages before `cursor` are in batches. */
  advance(cursor: number): void {
    this.#cursor = cursor;
    if (cursor >= this.count) this.#finish();
  }

  /** Fails the messages that are in no batch yet; certainly not written. */
  refuse(error: KafkaError): void {
    if (this.#isDone) return;
    const indexes = Array.from(
      { length: this.count - this.#cursor },
      (_, offset) => this.indexBase + this.#cursor + offset,
    );
    this.call.refused(this.topic.name, indexes, error);
    this.#finish();
  }

  /** Gives up the whole call, of which nothing has been sent. */
  abort(error: KafkaError): void {
    if (this.#isDone) return;
    this.call.abort(error);
    this.#finish();
  }

  #finish(): void {
    this.#isDone = true;
    this.topic.leave();
    this.call.hasEntered();
    this.#done?.();
  }
}
