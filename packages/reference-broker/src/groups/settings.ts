/** The broker settings that the group coordinator reads, by Kafka's names. */
export type GroupConfigKey =
  | "group.initial.rebalance.delay.ms"
  | "group.max.session.timeout.ms"
  | "group.max.size"
  | "group.min.session.timeout.ms"
  | "offset.metadata.max.bytes"
  | "offsets.retention.check.interval.ms"
  | "offsets.retention.minutes"
  | "offsets.topic.num.partitions";

/** Where the settings come from: the broker's configuration. */
export interface GroupConfig {
  number(key: GroupConfigKey): number;
}

/** The settings in the units that the coordinator works with. */
export interface GroupSettings {
  readonly initialRebalanceDelayMs: number;
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  readonly maxSize: number;
  readonly offsetMetadataMaxLength: number;
  readonly offsetsRetentionMs: number;
  readonly offsetsRetentionCheckIntervalMs: number;
  readonly offsetsTopicPartitions: number;
  /** How long a new member's JoinGroup may stay unanswered before the member is dropped. Not configurable in Kafka either. */
  readonly newMemberJoinTimeoutMs: number;
}

/** Reads the settings. */
export function groupSettings(config: GroupConfig): GroupSettings {
  return {
    initialRebalanceDelayMs: config.number("group.initial.rebalance.delay.ms"),
    minSessionTimeoutMs: config.number("group.min.session.timeout.ms"),
    maxSessionTimeoutMs: config.number("group.max.session.timeout.ms"),
    maxSize: config.number("group.max.size"),
    offsetMetadataMaxLength: config.number("offset.metadata.max.bytes"),
    offsetsRetentionMs: config.number("offsets.retention.minutes") * 60_000,
    offsetsRetentionCheckIntervalMs: config.number("offsets.retention.check.interval.ms"),
    offsetsTopicPartitions: config.number("offsets.topic.num.partitions"),
    newMemberJoinTimeoutMs: 5 * 60_000,
  };
}
