import {
  invalidArgument,
  isPlainObject,
  isSignal,
  maxTimerMs,
  OptionReader,
  unknownOptions,
} from "@moldau/connection-pool";
import { compressionNames, type CompressionName } from "@moldau/protocol-codec";
import type { Acks, Lane } from "../batch/lane.js";
import { acksMeanings, compressionMeanings, sendNames } from "../names-of-kafkajs.js";
import type { Message, Payload } from "./message.js";

/** What can be said for one call otherwise than for the producer. */
export interface SendSettings {
  /** Replicas that must have the messages. Default: the producer's. */
  readonly acks?: Acks | undefined;
  /** Compression of the batches. Default: the producer's. */
  readonly compression?: CompressionName | undefined;
  /**
   * Time until the outcome, retries included, in milliseconds. Default: the producer's `deliveryTimeoutMs`. Calls that differ in it do not
   * share batches.
   */
  readonly timeoutMs?: number | undefined;
  /** Gives up what is in no batch yet, because it waits for metadata, a serializer or memory; the rest goes on to its outcome. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/** Messages for one topic. */
export interface TopicMessages<Key = Payload, Value = Payload> {
  /** Name of the topic. */
  readonly topic: string;
  /** The messages, in the order in which they are to be in each partition. */
  readonly messages: readonly Message<Key, Value>[];
}

/** {@link TopicMessages}, and how many messages for the same topic stand before them: errors and outcomes count from there. */
export interface NumberedMessages<Key, Value> extends TopicMessages<Key, Value> {
  readonly indexBase: number;
}

/** What `send` takes. */
export interface SendOptions<Key = Payload, Value = Payload> extends TopicMessages<Key, Value>, SendSettings {}

/** What `sendBatch` takes. */
export interface SendBatchOptions<Key = Payload, Value = Payload> extends SendSettings {
  /** The messages by topic; a topic may occur more than once. */
  readonly topicMessages: readonly TopicMessages<Key, Value>[];
}

/** The settings of one call, checked and complete. */
export interface ResolvedSendSettings extends Pick<Lane, "acks" | "compression" | "timeoutMs"> {
  readonly signal: AbortSignal | undefined;
}

/** What a call's settings are where it says nothing. */
export interface SendDefaults {
  readonly acks: Acks;
  readonly compression: CompressionName;
  readonly deliveryTimeoutMs: number;
}

const settingNames: ReadonlySet<string> = new Set(["acks", "compression", "timeoutMs", "signal"]);

/**
 * Checks the argument of `send` and completes its settings; `path` is what was called.
 *
 * @throws {KafkaError} CLIENT_INVALID_ARGUMENT with a sentence that says what to write instead.
 */
export function readSendOptions(
  options: SendOptions<unknown, unknown>,
  defaults: SendDefaults,
  path = "send",
): ResolvedSendSettings {
  checkShape(path, options, ["topic", "messages"]);
  checkTopicMessages(path, options);
  return readSettings(path, options, defaults);
}

/** The same for `sendBatch`. */
export function readSendBatchOptions(
  options: SendBatchOptions<unknown, unknown>,
  defaults: SendDefaults,
): ResolvedSendSettings {
  checkShape("sendBatch", options, ["topicMessages"]);
  const { topicMessages } = options;
  if (!Array.isArray(topicMessages)) {
    throw invalidArgument("sendBatch: topicMessages must be an array of objects such as { topic, messages }.");
  }
  topicMessages.forEach((one, index) => {
    const path = `sendBatch: topicMessages[${index}]`;
    checkShape(path, one, ["topic", "messages"], false);
    checkTopicMessages(path, one);
  });
  return readSettings("sendBatch", options, defaults);
}

function checkShape(path: string, value: object, required: readonly string[], hasSettings = true): void {
  const example = required.map((name) => (name === "topic" ? 'topic: "orders"' : `${name}: […]`)).join(", ");
  if (!isPlainObject(value)) throw invalidArgument(`${path}: expected an object such as { ${example} }.`);
  const isKnown = (name: string): boolean => required.includes(name) || (hasSettings && settingNames.has(name));
  for (const name of Object.keys(value)) {
    if (isKnown(name)) continue;
    const unknown = Object.keys(value).filter((each) => !isKnown(each));
    throw unknownOptions(path, unknown, [...required, ...(hasSettings ? settingNames : [])], sendNames);
  }
}

function checkTopicMessages(path: string, { topic, messages }: TopicMessages<unknown, unknown>): void {
  if (typeof topic !== "string" || topic === "") {
    throw invalidArgument(`${path}: topic must be the name of a topic, such as "orders"; nothing was sent.`);
  }
  if (!Array.isArray(messages)) {
    throw invalidArgument(`${path}: messages must be an array, such as [{ key: "42", value: "…" }]; nothing was sent.`);
  }
}

function readSettings(
  path: string,
  { acks, compression, timeoutMs, signal }: SendSettings,
  defaults: SendDefaults,
): ResolvedSendSettings {
  if (signal !== undefined && !isSignal(signal)) {
    throw invalidArgument(`${path}: signal must be an AbortSignal, such as the signal of an AbortController.`);
  }
  if (acks === undefined && compression === undefined && timeoutMs === undefined) {
    return { acks: defaults.acks, compression: defaults.compression, timeoutMs: defaults.deliveryTimeoutMs, signal };
  }
  const read = new OptionReader<SendSettings>(path, { acks, compression, timeoutMs });
  return {
    acks: read.choice("acks", ["all", 0, 1], { default: defaults.acks, meanings: acksMeanings }),
    compression: read.choice("compression", compressionNames, {
      default: defaults.compression,
      meanings: compressionMeanings,
    }),
    timeoutMs: read.integer("timeoutMs", { min: 1, max: maxTimerMs, default: defaults.deliveryTimeoutMs }),
    signal,
  };
}
