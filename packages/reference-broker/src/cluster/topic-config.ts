import type { ConfigDefinition, ConfigDefinitions } from "./config-definition.js";

const longMax = "9223372036854775807";

const long = (value: string, brokerKey: string, documentation: string, min?: number): ConfigDefinition => ({
  type: "LONG",
  default: value,
  documentation,
  brokerKey,
  ...(min === undefined ? {} : { min }),
});

const int = (value: string, brokerKey: string, documentation: string, min?: number): ConfigDefinition => ({
  ...long(value, brokerKey, documentation, min),
  type: "INT",
});

const flag = (documentation: string, brokerKey?: string): ConfigDefinition => ({
  type: "BOOLEAN",
  default: "false",
  documentation,
  ...(brokerKey === undefined ? {} : { brokerKey }),
});

/**
 * Every configuration key of a topic, with Apache Kafka's type, default and limits (`LogConfig`). `brokerKey` names the broker's key that
 * gives the default when the topic has no value of its own.
 */
export const topicConfigs = {
  "cleanup.policy": {
    type: "LIST",
    default: "delete",
    oneOf: ["compact", "delete"],
    brokerKey: "log.cleanup.policy",
    documentation: "What happens to old records: delete whole segments, compact by key, or both.",
  },
  "compression.gzip.level": {
    ...int("-1", "compression.gzip.level", "The level when the broker compresses with gzip."),
    max: 9,
  },
  "compression.lz4.level": {
    ...int("9", "compression.lz4.level", "The level when the broker compresses with lz4.", 1),
    max: 17,
  },
  "compression.type": {
    type: "STRING",
    default: "producer",
    oneOf: ["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"],
    brokerKey: "compression.type",
    documentation: "The codec that batches are stored with; producer keeps the one they came with.",
  },
  "compression.zstd.level": {
    ...int("3", "compression.zstd.level", "The level when the broker compresses with zstd.", -131_072),
    max: 22,
  },
  "delete.retention.ms": long(
    "86400000",
    "log.cleaner.delete.retention.ms",
    "How long compaction keeps tombstones, in milliseconds.",
    0,
  ),
  "file.delete.delay.ms": long(
    "60000",
    "log.segment.delete.delay.ms",
    "How long a deleted segment's files stay, in milliseconds.",
    0,
  ),
  "flush.messages": long(
    longMax,
    "log.flush.interval.messages",
    "After how many records the log is forced to the device.",
    1,
  ),
  "flush.ms": {
    ...long(longMax, "log.flush.interval.ms", "After how many milliseconds the log is forced to the device.", 0),
    isUnset: true,
  },
  "follower.replication.throttled.replicas": {
    type: "LIST",
    default: "",
    documentation: "The replicas whose replication is throttled on the follower's side.",
  },
  "index.interval.bytes": int(
    "4096",
    "log.index.interval.bytes",
    "How many bytes of log lie between two index entries.",
    0,
  ),
  "leader.replication.throttled.replicas": {
    type: "LIST",
    default: "",
    documentation: "The replicas whose replication is throttled on the leader's side.",
  },
  "local.retention.bytes": long(
    "-2",
    "log.local.retention.bytes",
    "The local log's size limit with tiered storage; -2: retention.bytes.",
    -2,
  ),
  "local.retention.ms": long(
    "-2",
    "log.local.retention.ms",
    "The local log's age limit with tiered storage; -2: retention.ms.",
    -2,
  ),
  "max.compaction.lag.ms": long(
    longMax,
    "log.cleaner.max.compaction.lag.ms",
    "After how long a record must be compacted, in milliseconds.",
    1,
  ),
  "max.message.bytes": int("1048588", "message.max.bytes", "The largest record batch allowed, in bytes.", 0),
  "message.timestamp.after.max.ms": long(
    "3600000",
    "log.message.timestamp.after.max.ms",
    "How far a record's timestamp may lie ahead of the broker's clock, in milliseconds.",
    0,
  ),
  "message.timestamp.before.max.ms": long(
    longMax,
    "log.message.timestamp.before.max.ms",
    "How far a record's timestamp may lie behind the broker's clock, in milliseconds.",
    0,
  ),
  "message.timestamp.type": {
    type: "STRING",
    default: "CreateTime",
    oneOf: ["CreateTime", "LogAppendTime"],
    brokerKey: "log.message.timestamp.type",
    documentation: "Whether records keep the producer's timestamp or get the time of the append.",
  },
  "min.cleanable.dirty.ratio": {
    type: "DOUBLE",
    default: "0.5",
    min: 0,
    max: 1,
    brokerKey: "log.cleaner.min.cleanable.ratio",
    documentation: "From which share of not yet compacted bytes on a log is compacted.",
  },
  "min.compaction.lag.ms": long(
    "0",
    "log.cleaner.min.compaction.lag.ms",
    "How long a record stays out of compaction, in milliseconds.",
    0,
  ),
  "min.insync.replicas": int("1", "min.insync.replicas", "How many in-sync replicas a write with acks all needs.", 1),
  preallocate: flag("Whether a new segment's file gets its full size at once.", "log.preallocate"),
  "remote.log.copy.disable": flag("Whether tiered storage stops copying."),
  "remote.log.delete.on.disable": flag("Whether tiered data goes when tiering is disabled."),
  "remote.storage.enable": flag("Whether tiered storage is used; this broker has none."),
  "retention.bytes": long(
    "-1",
    "log.retention.bytes",
    "The size up to which a partition's log is kept; -1: without limit.",
  ),
  "retention.ms": {
    ...long("604800000", "log.retention.ms", "How long records are kept, in milliseconds; -1: for ever.", -1),
    isUnset: true,
  },
  "segment.bytes": int("1073741824", "log.segment.bytes", "The size of one segment file in bytes.", 14),
  "segment.index.bytes": int(
    "10485760",
    "log.index.size.max.bytes",
    "The largest size of an offset index in bytes.",
    4,
  ),
  "segment.jitter.ms": {
    ...long("0", "log.roll.jitter.ms", "By how much at most a segment is rolled earlier, in milliseconds.", 0),
    isUnset: true,
  },
  "segment.ms": {
    ...long("604800000", "log.roll.ms", "After how long a segment is closed even if not full, in milliseconds.", 1),
    isUnset: true,
  },
  "unclean.leader.election.enable": flag(
    "Whether a replica out of sync may become leader.",
    "unclean.leader.election.enable",
  ),
} satisfies ConfigDefinitions;

/** The name of a topic configuration key. */
export type TopicConfigKey = keyof typeof topicConfigs;

/** The definition of a topic key, or undefined when Kafka has none of that name. */
export function topicConfigDefinition(key: string): ConfigDefinition | undefined {
  const definitions: ConfigDefinitions = topicConfigs;
  return Object.hasOwn(definitions, key) ? definitions[key] : undefined;
}
