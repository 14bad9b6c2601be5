import { invalidArgument, isPlainObject, OptionReader, show } from "@moldau/connection-pool";
import type { CompressionCodecs } from "@moldau/protocol-codec";
import { requireCodecs } from "@moldau/protocol-codec/internal";
import type { Assignor } from "./assignors/assignor.js";
import { checkNames, parseAssignor, type AssignorName } from "./assignors/parse-assignor.js";
import { cooperativeStickyAssignor } from "./assignors/cooperative-sticky.js";
import { rangeAssignor } from "./assignors/range.js";
import type { IsolationLevel } from "./fetch/isolation.js";
import { consumerNames } from "./names-of-kafkajs.js";
import { refuseOptionsOfOthers, type GroupProtocol } from "./membership/group-protocol.js";
import { dataLossPolicies, type DataLossPolicy } from "./offsets/data-loss.js";
import { parsePattern, type CompiledPattern } from "./subscription/topic-pattern.js";
import { isOffsetTarget, type StartFrom } from "./partitions/offset-target.js";

/** How a consumer is made. */
export interface ConsumerOptions {
  /** The group whose members share the partitions, and under which offsets are committed. */
  readonly groupId: string;
  /** The topics to read. Default: none; `subscribe` names them later. */
  readonly topics?: readonly string[];
  /**
   * The topics to read, as a regular expression in RE2's language that their whole name matches, in place of `topics`: `"orders-.*"`. One that
   * appears later is read too, once metadata is refreshed (`metadataMaxAgeMs` of Kafka). Kafka's internal topics never match. Default: none.
   */
  readonly topicPattern?: string;
  /** Where to start in a partition for which the group has committed no offset, or one that is no longer there. Default `"latest"`, as Kafka's. */
  readonly startFrom?: StartFrom;
  /**
   * What is done when messages that were to be read next, or were read already, are in the log no longer: they were deleted before they were
   * read, or a new leader had less of the log than the old one (KIP-320). Where the place is known at which the two logs part, reading goes on
   * there with `"reset"` and `"resume"`. Otherwise `"reset"` goes on where `startFrom` says; `"resume"` with the first message that is younger
   * than the last one that was read, or as `"reset"` does where none was read yet. `"fail"` ends the loop with OFFSET_OUT_OF_RANGE or
   * CLIENT_LOG_TRUNCATED, as does `"reset"` with `startFrom: "none"`: `seek` says then where to go on. Default `"reset"`.
   */
  readonly onDataLoss?: DataLossPolicy;
  /** Whether what is done is committed without being told to. Default true. */
  readonly autoCommit?: boolean;
  /**
   * Whether messages of transactions are handed out only once they are committed, and those of aborted ones never. Default
   * `"read_committed"`; `"read_uncommitted"` gives all messages as they come.
   */
  readonly isolationLevel?: IsolationLevel;
  /** Time between automatic commits, in milliseconds. Default 5,000. */
  readonly autoCommitIntervalMs?: number;
  /** A name of this member that stays the same when it restarts: coming back within the session timeout moves no partition (KIP-345). Default: none. */
  readonly groupInstanceId?: string;
  /**
   * How members of the group speak with its coordinator: `"classic"` has them share out partitions among themselves; with `"consumer"`, the
   * next-generation protocol (KIP-848; Apache Kafka from 4.0 on), the broker does, and no member waits for another; `"auto"` takes that where
   * the cluster has it. Default `"classic"`.
   */
  readonly protocol?: GroupProtocol;
  /** Which of the broker's assignors shares the partitions out, under the next-generation protocol. Default: the group's own, Kafka's `"uniform"`. */
  readonly remoteAssignor?: string;
  /**
   * How partitions are shared out, best first; all members need one in common. Default `["range", "cooperative-sticky"]`, as Java's: ranges, and ready to
   * be moved, one member after the other, to `["cooperative-sticky"]` alone, with which a rebalance leaves alone what does not move.
   */
  readonly assignors?: readonly (AssignorName | Assignor)[];
  /** Time without a heartbeat after which the broker gives the partitions to others, in milliseconds. Default 45,000. */
  readonly sessionTimeoutMs?: number;
  /** Time between heartbeats, in milliseconds: how soon a member learns of a rebalance. Default 500. */
  readonly heartbeatIntervalMs?: number;
  /**
   * Which thread tells the coordinator that the member lives. With `"worker"` it is another one, on a connection of its own, while code of the
   * application blocks the event loop of this one: up to `maxPollIntervalMs`, partitions are not lost for that. Logins of your own, a `connector`
   * and a `clock` cannot go to another thread, and are refused. Default `"main"`.
   */
  readonly heartbeat?: HeartbeatThread;
  /** How long a rebalance waits for a member's message in hand, in milliseconds. Default: `maxPollIntervalMs`. */
  readonly rebalanceTimeoutMs?: number;
  /** Time without a request for the next message after which the application counts as stuck, in milliseconds. Default 300,000. */
  readonly maxPollIntervalMs?: number;
  /** How long a broker may hold a fetch back until there is something to read, in milliseconds. Default 500. */
  readonly fetchMaxWaitMs?: number;
  /** How many bytes a broker waits for, up to `fetchMaxWaitMs`. Default 1. */
  readonly fetchMinBytes?: number;
  /** Bytes asked for in one fetch from one broker. Default 16,777,216 (16 MiB). A batch that alone is larger comes whole. */
  readonly fetchMaxBytes?: number;
  /** Bytes asked for of one partition in one fetch. Default 1,048,576 (1 MiB). A batch that alone is larger comes whole. */
  readonly partitionMaxBytes?: number;
  /** Bytes that are fetched ahead of the application, over all brokers. Default 67,108,864 (64 MiB). */
  readonly maxBufferedBytes?: number;
  /** Whether a subscribed topic that does not exist is created, where the broker allows it. Default true. */
  readonly allowAutoTopicCreation?: boolean;
  /** Codecs for compression types, in place of the built-in ones. Default: none. */
  readonly codecs?: CompressionCodecs;
  /** Bytes to which one batch may be decompressed. Default 134,217,728 (128 MiB). */
  readonly maxDecompressedBytes?: number;
}

/** Which thread tells the coordinator that a member lives. */
export type HeartbeatThread = "main" | "worker";

/** {@link ConsumerOptions}, checked and complete. */
export interface ResolvedConsumerOptions {
  readonly groupId: string;
  readonly protocol: GroupProtocol;
  readonly remoteAssignor: string | null;
  readonly topics: readonly string[];
  readonly topicPattern: CompiledPattern | undefined;
  readonly startFrom: StartFrom;
  readonly onDataLoss: DataLossPolicy;
  readonly autoCommit: boolean;
  readonly isolationLevel: IsolationLevel;
  readonly autoCommitIntervalMs: number;
  readonly groupInstanceId: string | null;
  readonly assignors: readonly Assignor[];
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly heartbeat: HeartbeatThread;
  readonly rebalanceTimeoutMs: number;
  readonly maxPollIntervalMs: number;
  readonly fetchMaxWaitMs: number;
  readonly fetchMinBytes: number;
  readonly fetchMaxBytes: number;
  readonly partitionMaxBytes: number;
  readonly maxBufferedBytes: number;
  readonly allowAutoTopicCreation: boolean;
  readonly codecs: CompressionCodecs;
  readonly maxDecompressedBytes: number;
}

const mebibyte = 1024 * 1024;
const maxInt32 = 2 ** 31 - 1;

/** Checks the options of a consumer and fills in defaults. @throws {KafkaError} CLIENT_INVALID_ARGUMENT when one is wrong or unknown. */
export function resolveConsumerOptions(options: ConsumerOptions): ResolvedConsumerOptions {
  const read = new OptionReader<ConsumerOptions>("consumer options", options, consumerNames);
  const groupId = read.text("groupId", { example: '"billing"' });
  const protocol: GroupProtocol = read.choice("protocol", ["classic", "consumer", "auto"], { default: "classic" });
  refuseOptionsOfOthers(protocol, options);
  const sessionTimeoutMs = read.integer("sessionTimeoutMs", { min: 1, max: maxInt32, default: 45_000 });
  const maxPollIntervalMs = read.integer("maxPollIntervalMs", { min: 1, max: maxInt32, default: 300_000 });
  const resolved: ResolvedConsumerOptions = {
    groupId,
    protocol,
    remoteAssignor: read.optionalText("remoteAssignor") ?? null,
    topics: read.list("topics", parseTopic, { default: [], example: '["orders"]' }),
    topicPattern: readPattern(read),
    startFrom: read.custom("startFrom", '"earliest", "latest", "none", a Date or { durationMs }', parseStartFrom, {
      default: "latest",
    }),
    onDataLoss: read.choice("onDataLoss", dataLossPolicies, { default: "reset" }),
    autoCommit: read.boolean("autoCommit", { default: true }),
    isolationLevel: read.choice("isolationLevel", ["read_committed", "read_uncommitted"], {
      default: "read_committed",
    }),
    autoCommitIntervalMs: read.integer("autoCommitIntervalMs", { min: 0, max: maxInt32, default: 5000 }),
    groupInstanceId: read.optionalText("groupInstanceId") ?? null,
    assignors: checkNames(
      read.list("assignors", parseAssignor, { nonEmpty: true, default: [rangeAssignor, cooperativeStickyAssignor] }),
    ),
    sessionTimeoutMs,
    heartbeatIntervalMs: read.integer("heartbeatIntervalMs", {
      min: 1,
      max: sessionTimeoutMs,
      default: Math.min(500, Math.ceil(sessionTimeoutMs / 3)),
    }),
    heartbeat: read.choice("heartbeat", ["main", "worker"], { default: "main" }),
    rebalanceTimeoutMs: read.integer("rebalanceTimeoutMs", { min: 1, max: maxInt32, default: maxPollIntervalMs }),
    maxPollIntervalMs,
    fetchMaxWaitMs: read.integer("fetchMaxWaitMs", { min: 0, max: maxInt32, default: 500 }),
    fetchMinBytes: read.integer("fetchMinBytes", { min: 0, max: maxInt32, default: 1 }),
    fetchMaxBytes: read.integer("fetchMaxBytes", { min: 1, max: maxInt32, default: 16 * mebibyte }),
    partitionMaxBytes: read.integer("partitionMaxBytes", { min: 1, max: maxInt32, default: mebibyte }),
    maxBufferedBytes: read.integer("maxBufferedBytes", { min: 1, default: 64 * mebibyte }),
    allowAutoTopicCreation: read.boolean("allowAutoTopicCreation", { default: true }),
    codecs: read.custom("codecs", "an object of codecs { id, name, compress, decompress } by name", parseCodecs, {
      default: {},
    }),
    maxDecompressedBytes: read.integer("maxDecompressedBytes", { min: 1, default: 128 * mebibyte }),
  };
  read.done();
  if (resolved.topicPattern !== undefined && resolved.topics.length > 0)
    throw invalidArgument(
      'consumer options: give either topics or topicPattern; a pattern may name topics too, as in "orders|invoices-.*".',
    );
  return resolved;
}

function readPattern(read: OptionReader<ConsumerOptions>): CompiledPattern | undefined {
  const parse = (value: unknown): CompiledPattern => parsePattern(value, "topicPattern");
  return read.custom("topicPattern", "a regular expression as a text", parse, { default: null }) ?? undefined;
}

/** Reads the name of a topic. @throws {KafkaError} CLIENT_INVALID_ARGUMENT when it cannot be one. */
export function parseTopic(value: unknown, path: string): string {
  if (typeof value === "string" && /^[a-zA-Z0-9._-]{1,249}$/.test(value) && value !== "." && value !== "..")
    return value;
  const hint = value instanceof RegExp ? " (for a pattern: topicPattern, or subscribe({ pattern }))" : "";
  throw invalidArgument(
    `${path} must be the name of a topic (1 to 249 of the characters a-z, A-Z, 0-9, ".", "_" and "-"), not ${show(value)}${hint}.`,
  );
}

function parseStartFrom(value: unknown): StartFrom | undefined {
  return value === "none" || isOffsetTarget(value) ? value : undefined;
}

/** Looked at more closely by the codec's own check, as it will be when batches are read. */
function parseCodecs(value: unknown): CompressionCodecs | undefined {
  if (!isCodecs(value)) return undefined;
  requireCodecs(value);
  return value;
}

function isCodecs(value: unknown): value is CompressionCodecs {
  return isPlainObject(value);
}
