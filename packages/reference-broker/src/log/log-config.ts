import type { CompressionName } from "@moldau/protocol-codec";

/**
 * How one partition's log behaves: Kafka's topic configs of the same names, in camel case. Sizes in bytes, times in milliseconds.
 */
export interface LogConfig {
  /** `segment.bytes`: a segment that would grow beyond it is rolled first. */
  readonly segmentBytes: number;
  /** `segment.ms`: a segment is rolled when the next batch is younger than its first by more than this. */
  readonly segmentMs: number;
  /** `segment.jitter.ms`: the most that is taken off `segmentMs` by chance, so that not all logs roll at once. */
  readonly segmentJitterMs: number;
  /** `segment.index.bytes`: the most that an index file may take; a full index rolls the segment. */
  readonly segmentIndexBytes: number;
  /** `index.interval.bytes`: roughly how many log bytes lie between two index entries. */
  readonly indexIntervalBytes: number;
  /** `max.message.bytes`: the largest batch that a client may append. */
  readonly maxMessageBytes: number;
  /** `retention.bytes`: old segments go when the log is larger; -1 for no limit. */
  readonly retentionBytes: number;
  /** `retention.ms`: segments go when their youngest record is older; -1 for no limit. */
  readonly retentionMs: number;
  /** Whether `cleanup.policy` contains `delete`. */
  readonly isDeleted: boolean;
  /** Whether `cleanup.policy` contains `compact`; every record then needs a key. */
  readonly isCompacted: boolean;
  /** `message.timestamp.type`. */
  readonly messageTimestampType: "CreateTime" | "LogAppendTime";
  /** `message.timestamp.before.max.ms`: how old a client's timestamp may be. */
  readonly messageTimestampBeforeMaxMs: number;
  /** `message.timestamp.after.max.ms`: how far in the future a client's timestamp may be. */
  readonly messageTimestampAfterMaxMs: number;
  /** `flush.messages`: records after which the log is flushed before they are acknowledged. */
  readonly flushMessages: number;
  /** `flush.ms`: how long an appended record may stay unflushed; looked at by {@link PartitionLog.flushIfDue}. */
  readonly flushMs: number;
  /** `producer.id.expiration.ms`: how long the sequence state of a silent producer is kept. */
  readonly producerIdExpirationMs: number;
  /** `compression.type`: the codec that clients' batches are stored with; `producer` keeps the one they came with. */
  readonly compressionType: CompressionName | "producer";
  /** How much of the end of the log stays in memory for readers that follow closely. Storage in memory keeps none. */
  readonly tailCacheBytes: number;
}

/** Apache Kafka 4's defaults. */
export const defaultLogConfig: LogConfig = {
  segmentBytes: 1 << 30,
  segmentMs: 7 * 24 * 60 * 60 * 1000,
  segmentJitterMs: 0,
  segmentIndexBytes: 10 << 20,
  indexIntervalBytes: 4096,
  maxMessageBytes: 1_048_588,
  retentionBytes: -1,
  retentionMs: 7 * 24 * 60 * 60 * 1000,
  isDeleted: true,
  isCompacted: false,
  messageTimestampType: "CreateTime",
  messageTimestampBeforeMaxMs: Number.POSITIVE_INFINITY,
  messageTimestampAfterMaxMs: 60 * 60 * 1000,
  flushMessages: Number.POSITIVE_INFINITY,
  flushMs: Number.POSITIVE_INFINITY,
  producerIdExpirationMs: 24 * 60 * 60 * 1000,
  compressionType: "producer",
  tailCacheBytes: 1 << 20,
};
