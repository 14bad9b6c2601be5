import { int, long, type ConfigDefinition, type ConfigDefinitions } from "./config-definition.js";

/** The settings of a broker that its group coordinator reads, with those that set the borders of what single groups may be given. */
export const groupBrokerConfigs = {
  "group.consumer.assignors": {
    type: "LIST",
    default: "uniform,range",
    oneOf: ["uniform", "range"],
    form: {
      pattern: /^(?!\s*$)(?!.*\b(\w+)\b.*\b\1\b)/,
      sentence: "the list must not be empty, and no value may stand in it twice",
    },
    documentation:
      "The server side assignors that groups of the consumer protocol may use; the first is the default of members that ask for none.",
  },
  "group.consumer.max.size": int(
    2_147_483_647,
    "The maximum number of consumers in one group of the CONSUMER protocol; further ones are refused with GROUP_MAX_SIZE_REACHED. Classic groups have group.max.size.",
    1,
  ),
  "group.consumer.migration.policy": {
    type: "STRING",
    default: "bidirectional",
    form: {
      pattern: /^(?:bidirectional|upgrade|downgrade|disabled)$/i,
      sentence: "String must be one of (case insensitive): BIDIRECTIONAL, UPGRADE, DOWNGRADE, DISABLED",
    },
    documentation:
      'Whether a group with members may change its protocol: "upgrade" from classic group to consumer group, "downgrade" from consumer group to classic group, "bidirectional" both, "disabled" neither. Empty groups always may.',
  },
  "group.consumer.regex.refresh.interval.ms": {
    ...int(
      600_000,
      "How often the patterns of a group's members are matched against the topics again, whether or not topics came or went, in milliseconds.",
      10_000,
    ),
    isHidden: true,
  },
  "group.consumer.assignment.interval.ms": int(
    1000,
    "The interval between two updates of the assignment of a consumer group, in milliseconds: what members come and go in between is taken together.",
    0,
  ),
  "group.consumer.heartbeat.interval.ms": int(
    5000,
    "The heartbeat interval that members of consumer groups are given, in milliseconds.",
    1,
  ),
  "group.consumer.max.assignment.interval.ms": int(
    15_000,
    "The maximum of the interval between updates of its assignment that a consumer group may be set to, in milliseconds.",
    0,
  ),
  "group.consumer.max.heartbeat.interval.ms": int(
    15_000,
    "The maximum heartbeat interval that a group may be set to give its consumers, in milliseconds.",
    1,
  ),
  "group.consumer.max.session.timeout.ms": int(
    60_000,
    "The maximum session time-out that a group may be set to allow its consumers, in milliseconds.",
    1,
  ),
  "group.consumer.min.assignment.interval.ms": int(
    0,
    "The minimum of the interval between updates of its assignment that a consumer group may be set to, in milliseconds.",
    0,
  ),
  "group.consumer.min.heartbeat.interval.ms": int(
    5000,
    "The minimum heartbeat interval that a group may be set to give its consumers, in milliseconds.",
    1,
  ),
  "group.consumer.min.session.timeout.ms": int(
    45_000,
    "The minimum session time-out that a group may be set to allow its consumers, in milliseconds.",
    1,
  ),
  "group.consumer.session.timeout.ms": int(
    45_000,
    "The time-out after which a client that uses the consumer group protocol and sends no heartbeats counts as failed, in milliseconds.",
    1,
  ),
  "group.coordinator.rebalance.protocols": {
    type: "LIST",
    default: "classic,consumer,streams",
    oneOf: ["classic", "consumer", "share", "streams", "unknown"],
    form: { pattern: /\bclassic\b/, sentence: "Disabling the 'classic' protocol is not supported" },
    documentation:
      "The list of enabled rebalance protocols. Without consumer in it no group of the consumer protocol is served; the feature group.version says the same for a whole cluster.",
  },
  "group.initial.rebalance.delay.ms": int(
    0,
    "How long the coordinator waits for more members to join a new group before the first rebalance, in milliseconds. Apache Kafka's default is 3000.",
    0,
  ),
  "group.max.session.timeout.ms": int(
    1_800_000,
    "The maximum session time-out that members of a group may ask for, in milliseconds. Longer ones leave more time between heartbeats, and find failures later.",
  ),
  "group.max.size": int(
    2_147_483_647,
    "The maximum number of members of one group; further ones are refused with GROUP_MAX_SIZE_REACHED.",
    1,
  ),
  "group.min.session.timeout.ms": int(
    6000,
    "The minimum session time-out that members of a group may ask for, in milliseconds. Shorter ones find failures sooner, for more heartbeats.",
  ),
  "offset.metadata.max.bytes": int(4096, "The maximum size of the metadata text of a committed offset, in bytes."),
  "offsets.commit.timeout.ms": int(
    5000,
    "How long an offset commit may wait until all replicas of the offsets topic have it, in milliseconds.",
    1,
  ),
  "offsets.retention.check.interval.ms": long(
    600_000,
    "How frequently stale offsets are looked for, in milliseconds.",
    1,
  ),
  "offsets.retention.minutes": int(
    10_080,
    "How long the committed offsets of a group are retained once it has lost all its members, in minutes.",
    1,
  ),
  "offsets.topic.num.partitions": int(
    50,
    "The number of partitions of the topic of committed offsets, __consumer_offsets. Only its creation looks at it.",
    1,
  ),
  "offsets.topic.replication.factor": {
    type: "SHORT",
    default: "1",
    min: 1,
    documentation: "The replication factor of the topic of committed offsets, __consumer_offsets.",
  },
  "offsets.topic.segment.bytes": int(
    104_857_600,
    "The segment size of the topic of committed offsets, in bytes. Small ones let compaction begin sooner.",
    1,
  ),
} satisfies ConfigDefinitions;

/**
 * The settings of a broker that are defaults and borders for groups of kinds that it does not serve, share and streams: their configurations
 * can be set beforehand, and are checked as Apache Kafka checks them.
 */
export const foreignGroupConfigs: ConfigDefinitions = {
  ...bordered("share", "session.timeout.ms", {
    ...int(45_000, "The time-out to detect that a client of a share group has failed, in milliseconds.", 1),
    borders: [45_000, 60_000],
  }),
  ...bordered("share", "heartbeat.interval.ms", {
    ...int(5000, "The heartbeat interval given to members of a share group, in milliseconds.", 1),
    borders: [5000, 15_000],
  }),
  ...bordered("share", "assignment.interval.ms", {
    ...int(1000, "The interval between two updates of the assignment of a share group, in milliseconds.", 0),
    borders: [0, 15_000],
  }),
  ...bordered("share", "record.lock.duration.ms", {
    ...int(30_000, "How long the lock on an acquired record lasts in share groups, in milliseconds.", 1000),
    borders: [15_000, 60_000],
  }),
  ...bordered("share", "delivery.count.limit", {
    ...int(5, "How many attempts there are to deliver a record to a share group.", 2),
    borders: [2, 10],
  }),
  ...bordered("share", "partition.max.record.locks", {
    ...int(2000, "How many records of a share-partition may be locked at once; the limit of a share group.", 100),
    borders: [100, 4000],
  }),
  ...bordered("streams", "session.timeout.ms", {
    ...int(45_000, "The time-out to detect that a client of a streams group has failed, in milliseconds.", 1),
    borders: [45_000, 60_000],
  }),
  ...bordered("streams", "heartbeat.interval.ms", {
    ...int(5000, "The heartbeat interval given to members of a streams group, in milliseconds.", 1),
    borders: [5000, 15_000],
  }),
  ...bordered("streams", "assignment.interval.ms", {
    ...int(1000, "The interval between two updates of the assignment of a streams group, in milliseconds.", 0),
    borders: [0, 15_000],
  }),
  "group.streams.initial.rebalance.delay.ms": int(
    3000,
    "How long the coordinator waits for more streams clients to join a new group before its first rebalance, in milliseconds.",
    0,
  ),
  "group.streams.num.standby.replicas": int(0, "The number of standby replicas of each task.", 0),
  "group.streams.max.standby.replicas": int(
    2,
    "The maximum number of standby replicas that a streams group may be set to (streams.num.standby.replicas).",
    0,
  ),
};

/** A setting with the smallest and the largest value that a group may be set to, which are settings too. */
function bordered(
  kind: string,
  name: string,
  { borders: [least, most], ...definition }: ConfigDefinition & { readonly borders: readonly [number, number] },
): ConfigDefinitions {
  const border = (word: string): string =>
    `The ${word} value that the configuration of a group may set ${kind}.${name} to. ${definition.documentation}`;
  return {
    [`group.${kind}.${name}`]: definition,
    [`group.${kind}.min.${name}`]: { ...definition, default: String(least), documentation: border("minimum") },
    [`group.${kind}.max.${name}`]: { ...definition, default: String(most), documentation: border("maximum") },
  };
}

/** Which broker settings are the borders of what a key of a group may be set to. */
export interface Borders {
  readonly key: string;
  readonly min?: string;
  readonly max: string;
}

/** The keys of groups that have borders, in the order in which Apache Kafka checks them. */
export const groupConfigBorders: readonly Borders[] = [
  bordersOf("consumer", "heartbeat.interval.ms"),
  bordersOf("consumer", "session.timeout.ms"),
  bordersOf("consumer", "assignment.interval.ms"),
  bordersOf("share", "heartbeat.interval.ms"),
  bordersOf("share", "session.timeout.ms"),
  bordersOf("share", "record.lock.duration.ms"),
  bordersOf("share", "delivery.count.limit"),
  bordersOf("share", "partition.max.record.locks"),
  bordersOf("share", "assignment.interval.ms"),
  bordersOf("streams", "heartbeat.interval.ms"),
  bordersOf("streams", "session.timeout.ms"),
  { key: "streams.num.standby.replicas", max: "group.streams.max.standby.replicas" },
  bordersOf("streams", "assignment.interval.ms"),
];

function bordersOf(kind: string, name: string): Borders {
  return { key: `${kind}.${name}`, min: `group.${kind}.min.${name}`, max: `group.${kind}.max.${name}` };
}

/**
 * Says in Kafka's words which two of these settings contradict each other, undefined when none do: what groups have by default must lie
 * between the borders of what they may be given, and a session must be longer than the pause between two heartbeats.
 */
export function groupBrokerConfigsProblem(number: (key: string) => number): string | undefined {
  for (const { key, min, max } of groupConfigBorders) {
    const own = `group.${key}`;
    if (min !== undefined && number(max) < number(min)) return `${max} must be greater than or equal to ${min}`;
    if (min !== undefined && number(own) < number(min)) return `${own} must be greater than or equal to ${min}`;
    if (number(own) > number(max)) return `${own} must be less than or equal to ${max}`;
  }
  for (const kind of ["consumer", "share", "streams"]) {
    const [session, heartbeat] = [`group.${kind}.session.timeout.ms`, `group.${kind}.heartbeat.interval.ms`];
    if (number(heartbeat) >= number(session)) return `${heartbeat} must be less than ${session}`;
  }
  return undefined;
}
