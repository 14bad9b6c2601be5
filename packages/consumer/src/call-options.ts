import { invalidArgument, isPlainObject, OptionReader, show, unknownOptions } from "@moldau/connection-pool";
import type { BatchesOptions } from "./consumer.js";
import type { PartitionTime, SeekTarget } from "./consumer-partitions.js";
import { consumerNames, subscribeNames } from "./names-of-kafkajs.js";
import { parseTopic } from "./options.js";
import type { PlaceQuestion } from "./offsets/look-ups.js";
import type { Wanted } from "./subscription/subscription.js";
import { parsePattern } from "./subscription/topic-pattern.js";
import { isOffsetTarget } from "./partitions/offset-target.js";
import type { TopicPartition } from "./partitions/topic-partition.js";
import type { LoopOptions } from "./reading/loop.js";

// What the calls of a consumer are given is looked at here before they change anything: a call that is refused leaves no trace.

/** How long a caller waits for something. */
export interface WaitingOptions {
  /** Gives up with CLIENT_ABORTED. Default: none. */
  readonly signal?: AbortSignal | undefined;
  /** Gives up after this many milliseconds; each call says its default. */
  readonly timeoutMs?: number | undefined;
}

/** How a consumer is closed. */
export interface CloseOptions {
  /** Time for the body that runs, the last commit and the farewell to the group together, in milliseconds. Default 8,000. */
  readonly timeoutMs?: number;
  /**
   * Whether closing waits for the body of the loop, for up to three quarters of the time, so that its message (or batch) is
   * done. Default true. With false that message is given back at once, and delivered again.
   */
  readonly finish?: boolean;
  /**
   * Whether the group hears of it, so that others get the partitions at once. With false nothing moves until the session times out: whoever comes
   * back as the same static member by then goes on with them (KIP-1092). Default: true, but for a member with a `groupInstanceId` false.
   */
  readonly leaveGroup?: boolean | undefined;
}

/** Containers give a process ten seconds and more to end. */
const defaultCloseMs = 8000;

/** Checks how a loop over messages is run. @throws {KafkaError} CLIENT_INVALID_ARGUMENT */
export function parseLoopOptions(call: string, options: LoopOptions): LoopOptions {
  const read = new OptionReader<LoopOptions>(call, options, consumerNames);
  const signal = read.signal("signal");
  read.done();
  return { signal };
}

/** Checks how a loop over batches is run. @throws {KafkaError} CLIENT_INVALID_ARGUMENT */
export function parseBatchesOptions(options: BatchesOptions): LoopOptions & { readonly maxMessages: number } {
  const read = new OptionReader<BatchesOptions>("batches", options, consumerNames);
  const signal = read.signal("signal");
  const maxMessages = read.custom("maxMessages", "a whole number of at least 1, or Infinity", parseCount, {
    default: Infinity,
  });
  read.done();
  return { signal, maxMessages };
}

/** Checks how long a call waits. @throws {KafkaError} CLIENT_INVALID_ARGUMENT */
export function parseWaitingOptions(call: string, options: WaitingOptions): WaitingOptions {
  const read = new OptionReader<WaitingOptions>(call, options);
  const signal = read.signal("signal");
  const timeoutMs = read.number("timeoutMs", { min: 0, default: null }) ?? undefined;
  read.done();
  return { signal, timeoutMs };
}

/** Checks how a consumer is closed. @throws {KafkaError} CLIENT_INVALID_ARGUMENT */
export function parseCloseOptions(options: CloseOptions): Required<CloseOptions> {
  const read = new OptionReader<CloseOptions>("close", options);
  const timeoutMs = read.number("timeoutMs", { min: 0, default: defaultCloseMs });
  const finish = read.boolean("finish", { default: true });
  const leaveGroup = read.boolean("leaveGroup", { default: null }) ?? undefined;
  read.done();
  return { timeoutMs, finish, leaveGroup };
}

/** Checks why a rebalance is wanted. @throws {KafkaError} CLIENT_INVALID_ARGUMENT */
export function parseReason(reason: unknown): string {
  if (typeof reason === "string" && reason !== "") return reason;
  throw invalidArgument(`enforceRebalance: expected a text that says why, or nothing, not ${show(reason)}.`);
}

/** Checks a place to seek to. @throws {KafkaError} CLIENT_INVALID_ARGUMENT */
export function parseSeekTarget(target: SeekTarget): SeekTarget {
  const { topic, partition } = parsePartition(target, "seek: the target");
  const { offset } = target;
  if (typeof offset === "bigint" ? offset < 0n : !isOffsetTarget(offset))
    throw invalidArgument(
      `seek: offset must be a bigint from 0n, "earliest", "latest", a Date or { durationMs }, not ${show(offset)}.`,
    );
  return { topic, partition, offset };
}

/** Checks a subscription. @throws {KafkaError} CLIENT_INVALID_ARGUMENT */
export function parseWanted(wanted: unknown): Wanted {
  if (Array.isArray(wanted) && wanted.length > 0)
    return wanted.map((topic: unknown, index) => parseTopic(topic, `subscribe: topics[${index}]`));
  if (wanted instanceof RegExp) return parsePattern(wanted, "subscribe: { pattern }");
  if (isPlainObject(wanted)) return parsePatternOption(wanted);
  throw invalidArgument(
    `subscribe: expected names of topics, such as ["orders"], or a { pattern }, not ${show(wanted)}.`,
  );
}

function parsePatternOption(wanted: object): Wanted {
  const unknown = Object.keys(wanted).filter((name) => name !== "pattern");
  if (unknown.length > 0) throw unknownOptions("subscribe", unknown, ["pattern"], subscribeNames);
  return parsePattern(Reflect.get(wanted, "pattern"), "subscribe: pattern");
}

/** Checks a list of partitions. @throws {KafkaError} CLIENT_INVALID_ARGUMENT */
export function parsePartitions(call: string, partitions: readonly TopicPartition[]): TopicPartition[] {
  if (!Array.isArray(partitions))
    throw invalidArgument(`${call}: expected partitions such as [{ topic: "orders", partition: 0 }].`);
  return partitions.map((value: unknown, index) => parsePartition(value, `${call}: partitions[${index}]`));
}

/** Checks partitions and the times that are looked for in them. @throws {KafkaError} CLIENT_INVALID_ARGUMENT */
export function parseTimes(call: string, times: readonly PartitionTime[]): PlaceQuestion[] {
  if (!Array.isArray(times))
    throw invalidArgument(
      `${call}: expected partitions with times such as [{ topic: "orders", partition: 0, timestamp: new Date() }].`,
    );
  return times.map((value: unknown, index) => {
    const path = `${call}: times[${index}]`;
    const named = parsePartition(value, path);
    const { timestamp }: { timestamp?: unknown } = isPlainObject(value) ? value : {};
    const target = new Date(timestamp instanceof Date || typeof timestamp === "number" ? timestamp : NaN);
    if (isOffsetTarget(target) && target.getTime() >= 0) return { ...named, target };
    throw invalidArgument(`${path}.timestamp must be a Date, or milliseconds since 1970, not ${show(timestamp)}.`);
  });
}

/** Checks a partition. @throws {KafkaError} CLIENT_INVALID_ARGUMENT */
export function parsePartition(value: unknown, path: string): TopicPartition {
  const { topic, partition }: { topic?: unknown; partition?: unknown } = isPlainObject(value) ? value : {};
  if (typeof topic === "string" && typeof partition === "number" && Number.isInteger(partition) && partition >= 0)
    return { topic, partition };
  throw invalidArgument(`${path} must be a partition such as { topic: "orders", partition: 0 }.`);
}

/** Reads how many messages there may be; undefined when it is none. */
export function parseCount(value: unknown): number | undefined {
  const isCount = value === Infinity || (typeof value === "number" && Number.isSafeInteger(value));
  return isCount && value >= 1 ? value : undefined;
}
