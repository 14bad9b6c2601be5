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

/** Replicas by partition and broker, `0:101,1:102`, or `*` for all of them. */
const throttledReplicas = (side: string): ConfigDefinition => ({
  type: "LIST",
  default: "",
  form: {
    pattern: /^(?:\*|(?:(?:\d+:\d+)?(?:\s*,\s*|$))*)$/,
    sentence: "write [partition]:[broker],[partition]:[broker],… or * for all replicas",
  },
  documentation:
    `The replicas of the topic whose log replication is throttled on the side of the ${side}, as a list of ` +
    "[partition]:[broker],[partition]:[broker],…; '*' stands for every replica.",
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
    documentation:
      'The retention policy of log segments: "delete" (the default) drops old segments once retention.ms or retention.bytes says so, ' +
      '"compact" keeps the latest record of each key. Both may be given, separated by a comma: ' +
      "then segments are compacted and old ones discarded. An empty list keeps everything.",
  },
  "compression.gzip.level": {
    ...int(
      "-1",
      "compression.gzip.level",
      "The compression level of gzip, where compression.type is gzip: 1 (fastest) to 9 (smallest), or -1 for the codec's own default.",
      -1,
    ),
    max: 9,
    except: 0,
  },
  "compression.lz4.level": {
    ...int(
      "9",
      "compression.lz4.level",
      "The compression level of lz4, where compression.type is lz4: 1 (fastest) to 17 (smallest).",
      1,
    ),
    max: 17,
  },
  "compression.type": {
    type: "STRING",
    default: "producer",
    oneOf: ["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"],
    brokerKey: "compression.type",
    documentation:
      "The compression type that the topic's batches are finally stored with. One of the codecs ('gzip', 'snappy', 'lz4', 'zstd') makes the broker " +
      "compress batches anew that came otherwise; 'uncompressed' stores them without compression; 'producer' keeps the codec that the " +
      "producer chose.",
  },
  "compression.zstd.level": {
    ...int(
      "3",
      "compression.zstd.level",
      "The compression level of zstd, where compression.type is zstd: up to 22 (smallest); negative levels are faster still.",
      -131_072,
    ),
    max: 22,
  },
  "delete.retention.ms": long(
    "86400000",
    "log.cleaner.delete.retention.ms",
    "How long tombstones, the delete markers of log compacted topics, are retained, in milliseconds. It bounds the time within which a " +
      "reader that began at offset 0 has to reach the end, to be sure of seeing every deletion.",
    0,
  ),
  "file.delete.delay.ms": long(
    "60000",
    "log.segment.delete.delay.ms",
    "How long a file waits before it is deleted from the file system, in milliseconds, counted from when its segment was dropped from the log.",
    0,
  ),
  "flush.messages": long(
    longMax,
    "log.flush.interval.messages",
    "How many messages may gather in a partition before its log is flushed to disk. 1 " +
      "flushes after every append. Replication is the usual way to durability; the default leaves flushing to the operating system.",
    1,
  ),
  "flush.ms": {
    ...long(
      longMax,
      "log.flush.interval.ms",
      "After how much time an fsync of what was written to the log is forced, in milliseconds. The " +
        "default leaves flushing to the operating system.",
      0,
    ),
    isUnset: true,
  },
  "follower.replication.throttled.replicas": throttledReplicas("follower"),
  "index.interval.bytes": int(
    "4096",
    "log.index.interval.bytes",
    "How frequently an entry is added to the offset index: once in so many bytes of records. Smaller values " +
      "let reads land closer to the wanted record and make the index larger.",
    0,
  ),
  "internal.segment.bytes": {
    type: "INT",
    default: null,
    isHidden: true,
    documentation:
      "The maximum size of one log segment file in bytes, in place of segment.bytes and without its lower limit. Meant for tests that want many " +
      "segments from few records.",
  },
  "leader.replication.throttled.replicas": throttledReplicas("leader"),
  "local.retention.bytes": long(
    "-2",
    "log.local.retention.bytes",
    "The maximum size that a partition's local log segments grow to before the old ones are deleted, in bytes, where remote " +
      "storage holds them too. -2 stands for the value of retention.bytes, -1 for no limit. Without remote storage it means nothing.",
    -2,
  ),
  "local.retention.ms": long(
    "-2",
    "log.local.retention.ms",
    "How many milliseconds a local log segment is kept before it is deleted, where remote storage holds it too. -2 stands for the " +
      "value of retention.ms, -1 for no limit. Without remote storage it means nothing.",
    -2,
  ),
  "max.compaction.lag.ms": long(
    longMax,
    "log.cleaner.max.compaction.lag.ms",
    "The maximum time for which a message in the log may stay out of compaction, in milliseconds. Only for logs that are compacted; not " +
      "below min.compaction.lag.ms.",
    1,
  ),
  "max.message.bytes": int(
    "1048588",
    "message.max.bytes",
    "The largest record batch that is allowed, in bytes, counted after compression where there is any. Larger ones are refused with " +
      "MESSAGE_TOO_LARGE. Consumers read a batch that is larger than their own limits nevertheless.",
    0,
  ),
  "message.timestamp.after.max.ms": long(
    "3600000",
    "log.message.timestamp.after.max.ms",
    "By how much the timestamp of a message may be later than the broker's own time, in milliseconds. " +
      "Records beyond it are refused with INVALID_TIMESTAMP; with LogAppendTime it means nothing.",
    0,
  ),
  "message.timestamp.before.max.ms": long(
    longMax,
    "log.message.timestamp.before.max.ms",
    "By how much the timestamp of a message may be earlier than the broker's own time, in milliseconds. " +
      "Records beyond it are refused with INVALID_TIMESTAMP; with LogAppendTime it means nothing.",
    0,
  ),
  "message.timestamp.type": {
    type: "STRING",
    default: "CreateTime",
    oneOf: ["CreateTime", "LogAppendTime"],
    brokerKey: "log.message.timestamp.type",
    documentation:
      "Whether the timestamp of a message is its create time or its log append time: 'CreateTime' keeps what the producer gave, " +
      "'LogAppendTime' puts the broker's time in its place.",
  },
  "min.cleanable.dirty.ratio": {
    type: "DOUBLE",
    default: "0.5",
    min: 0,
    max: 1,
    brokerKey: "log.cleaner.min.cleanable.ratio",
    documentation:
      "How frequently the log compactor cleans a log: as soon as this share of it, by bytes, has " +
      "not been compacted. A higher ratio means fewer, more efficient cleanings and more space wasted on duplicates.",
  },
  "min.compaction.lag.ms": long(
    "0",
    "log.cleaner.min.compaction.lag.ms",
    "The minimum time for which a message in the log stays uncompacted, in milliseconds. Only for logs that are compacted; not above " +
      "max.compaction.lag.ms.",
    0,
  ),
  "min.insync.replicas": int(
    "1",
    "min.insync.replicas",
    "The minimum number of in-sync replicas, the leader included, that a write needs to succeed when its producer set acks to " +
      '"all" (-1). With fewer the write is refused with NOT_ENOUGH_REPLICAS. A topic with fewer replicas than this needs all of them.',
    1,
  ),
  preallocate: flag(
    "Whether the file of a new log segment is preallocated on disk, so that it has its full size at once.",
    "log.preallocate",
  ),
  "remote.log.copy.disable": flag(
    "Whether tiered data of the topic is read only from now on, and no more is copied to remote storage. Without remote " +
      "storage it means nothing.",
  ),
  "remote.log.delete.on.disable": flag(
    "Whether tiered data of the topic is deleted once tiered storage is disabled for it. Without remote storage it " +
      "means nothing.",
  ),
  "remote.storage.enable": flag(
    "Whether tiered storage is enabled for the topic. Brokers without a remote storage, as this one, refuse to set it to true.",
  ),
  "retention.bytes": long(
    "-1",
    "log.retention.bytes",
    "The maximum size that a partition grows to before its oldest log segments are " +
      'discarded, with the "delete" policy, in bytes. Negative: there is no limit by size. It counts for each partition.',
  ),
  "retention.ms": {
    ...long(
      "604800000",
      "log.retention.ms",
      "The maximum time for which a log is retained before its old log segments are discarded, with the " +
        '"delete" policy, in milliseconds: within it consumers have to read their data. -1: there is no limit by time.',
      -1,
    ),
    isUnset: true,
  },
  "segment.bytes": int(
    "1073741824",
    "log.segment.bytes",
    "The size of one segment file of the log, in bytes. Retention and compaction work on whole segments, so larger " +
      "ones mean fewer files and coarser retention.",
    1_048_576,
  ),
  "segment.index.bytes": int(
    "10485760",
    "log.index.size.max.bytes",
    "The size of the index that maps offsets to positions in the file, in bytes: a segment whose index is full is left.",
    4,
  ),
  "segment.jitter.ms": {
    ...long(
      "0",
      "log.roll.jitter.ms",
      "The maximum jitter, drawn at random, by which a segment rolls before segment.ms is over, in milliseconds, so that not all segments roll at once.",
      0,
    ),
    isUnset: true,
  },
  "segment.ms": {
    ...long(
      "604800000",
      "log.roll.ms",
      "The period of time after which the log rolls to a new segment even if the segment file is not full, in " +
        "milliseconds, so that retention can delete or compact old data.",
      1,
    ),
    isUnset: true,
  },
  "unclean.leader.election.enable": flag(
    "Whether a replica that is not in the ISR may be elected as leader as a last resort, although that may lose " +
      "data.",
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
