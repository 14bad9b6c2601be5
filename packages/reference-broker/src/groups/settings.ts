/** The broker settings that the group coordinator reads, by Kafka's names. */
export type GroupConfigKey =
  | "group.consumer.max.size"
  | "group.consumer.regex.refresh.interval.ms"
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
  text(key: "group.consumer.migration.policy"): string;
  list(key: "group.consumer.assignors" | "group.coordinator.rebalance.protocols"): readonly string[];
}

/** Which way a group with members may change its protocol: `upgrade` from classic to consumer, `downgrade` back. */
export interface MigrationPolicy {
  readonly upgrade: boolean;
  readonly downgrade: boolean;
}

/** What the groups of the consumer protocol have in common; what may be another for each is in `group-configs`. */
export interface ConsumerGroupSettings {
  /** Whether this broker serves them at all, whatever the cluster's `group.version`. */
  readonly enabled: boolean;
  readonly maxSize: number;
  /** The names of the server assignors, the default first. */
  readonly assignors: readonly string[];
  readonly migration: MigrationPolicy;
  /** How often patterns are matched against all topics again. */
  readonly patternRefreshMs: number;
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
  readonly consumer: ConsumerGroupSettings;
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
    consumer: consumerGroupSettings(config),
  };
}

function consumerGroupSettings(config: GroupConfig): ConsumerGroupSettings {
  const policy = config.text("group.consumer.migration.policy").toLowerCase();
  return {
    enabled: config.list("group.coordinator.rebalance.protocols").includes("consumer"),
    maxSize: config.number("group.consumer.max.size"),
    assignors: config.list("group.consumer.assignors"),
    migration: {
      upgrade: policy === "bidirectional" || policy === "upgrade",
      downgrade: policy === "bidirectional" || policy === "downgrade",
    },
    patternRefreshMs: config.number("group.consumer.regex.refresh.interval.ms"),
  };
}
