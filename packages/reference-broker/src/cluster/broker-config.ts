import { configProblem, listItems, type ConfigDefinition, type ConfigDefinitions } from "./config-definition.js";
import { topicConfigs } from "./topic-config.js";

const int = (value: number, documentation: string, min?: number): ConfigDefinition => ({
  type: "INT",
  default: String(value),
  documentation,
  ...(min === undefined ? {} : { min }),
});

const long = (value: number, documentation: string, min?: number): ConfigDefinition => ({
  ...int(value, documentation, min),
  type: "LONG",
});

const flag = (value: boolean, documentation: string): ConfigDefinition => ({
  type: "BOOLEAN",
  default: String(value),
  documentation,
});

/**
 * The broker's configuration keys that mean something here, with Apache Kafka's types and defaults. Keys that give a topic's defaults
 * (`log.retention.ms`) are added from the table of topic keys. Two defaults differ from Apache Kafka's code and follow its shipped
 * development configuration instead, because this broker serves development: `group.initial.rebalance.delay.ms` is 0.
 */
export const brokerConfigs = {
  "auto.create.topics.enable": flag(true, "Whether asking for an unknown topic creates it."),
  "connections.max.idle.ms": long(600_000, "After how many idle milliseconds a connection is closed."),
  "connections.max.reauth.ms": long(0, "After how many milliseconds a SASL session must be renewed; 0: never.", 0),
  "default.replication.factor": int(1, "The replicas of a topic created without saying how many.", 1),
  "delete.topic.enable": flag(true, "Whether topics can be deleted."),
  "fetch.max.bytes": int(57_671_680, "The most bytes that one fetch answer holds.", 1024),
  "group.consumer.assignors": {
    type: "LIST",
    default: "uniform,range",
    documentation: "The assignors of the next-generation protocol.",
  },
  "group.consumer.heartbeat.interval.ms": int(5000, "The heartbeat interval of the next-generation protocol.", 1),
  "group.consumer.session.timeout.ms": int(45_000, "The session timeout of the next-generation protocol.", 1),
  "group.initial.rebalance.delay.ms": int(0, "How long a new group waits for further members, in milliseconds.", 0),
  "group.max.session.timeout.ms": int(1_800_000, "The longest session timeout that a member may ask for."),
  "group.max.size": int(2_147_483_647, "The most members that a group may have.", 1),
  "group.min.session.timeout.ms": int(6000, "The shortest session timeout that a member may ask for."),
  "max.incremental.fetch.session.cache.slots": int(1000, "The most fetch sessions kept at once.", 0),
  "num.partitions": int(1, "The partitions of a topic created without saying how many.", 1),
  "offset.metadata.max.bytes": int(4096, "The largest metadata text of a committed offset."),
  "offsets.commit.timeout.ms": int(5000, "How long an offset commit waits for the log, in milliseconds.", 1),
  "offsets.retention.check.interval.ms": long(600_000, "How often expired offsets are looked for, in milliseconds.", 1),
  "offsets.retention.minutes": int(10_080, "How long an empty group's offsets are kept, in minutes.", 1),
  "offsets.topic.num.partitions": int(50, "The partitions of __consumer_offsets.", 1),
  "offsets.topic.replication.factor": {
    type: "SHORT",
    default: "1",
    min: 1,
    documentation: "The replicas of __consumer_offsets.",
  },
  "offsets.topic.segment.bytes": int(104_857_600, "The segment size of __consumer_offsets.", 1),
  "producer.id.expiration.ms": int(86_400_000, "After how many idle milliseconds a producer's state is dropped.", 1),
  "replica.lag.time.max.ms": long(30_000, "After how long a follower that does not catch up leaves the in-sync set."),
  "sasl.enabled.mechanisms": {
    type: "LIST",
    default: "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    documentation: "The SASL mechanisms offered.",
  },
  "socket.request.max.bytes": int(104_857_600, "The largest request accepted, in bytes.", 1),
  "transaction.max.timeout.ms": int(900_000, "The longest transaction timeout that a producer may ask for.", 1),
} satisfies ConfigDefinitions;

/** The name of a broker configuration key, other than those that give topics their defaults. */
export type BrokerConfigKey = keyof typeof brokerConfigs;

const definitions: ReadonlyMap<string, ConfigDefinition> = new Map<string, ConfigDefinition>([
  ...Object.entries<ConfigDefinition>(topicConfigs).flatMap(
    ([, { brokerKey, ...definition }]): [string, ConfigDefinition][] =>
      brokerKey === undefined ? [] : [[brokerKey, definition]],
  ),
  ...Object.entries<ConfigDefinition>(brokerConfigs),
]);

/** The definition of a broker key, or undefined when this broker knows none of that name. */
export function brokerConfigDefinition(key: string): ConfigDefinition | undefined {
  return definitions.get(key);
}

/** Every broker key that this broker knows, sorted. */
export function brokerConfigKeys(): readonly string[] {
  return [...definitions.keys()].sort();
}

/**
 * The settings of one broker: what was given, and Kafka's defaults for the rest. Values are kept as text, as Kafka shows them, and read
 * in the type of their key.
 */
export class BrokerConfig {
  readonly #values: ReadonlyMap<string, string>;

  /** Throws a RangeError with a sentence for an unknown key or an impossible value. */
  constructor(values: Readonly<Record<string, string | number | boolean>> = {}) {
    const texts = new Map<string, string>();
    for (const [key, value] of Object.entries(values)) {
      const definition = definitions.get(key);
      if (definition === undefined)
        throw new RangeError(
          `unknown broker configuration ${JSON.stringify(key)}: write one of Kafka's broker keys, such as "num.partitions"`,
        );
      const problem = configProblem(key, definition, String(value));
      if (problem !== undefined) throw new RangeError(problem);
      texts.set(key, String(value).trim());
    }
    this.#values = texts;
  }

  /** A number, in the unit that the key's name says. Int64 values beyond 2^53 are rounded: all of them mean "never" or "no limit". */
  number(key: BrokerConfigKey): number {
    return Number(this.text(key));
  }

  /** A switch. */
  boolean(key: BrokerConfigKey): boolean {
    return this.text(key).toLowerCase() === "true";
  }

  /** The items of a list. */
  list(key: BrokerConfigKey): readonly string[] {
    return listItems(this.text(key));
  }

  /** The value as text, default included. */
  text(key: BrokerConfigKey): string {
    return this.given(key) ?? brokerConfigs[key].default ?? "";
  }

  /** The text that was set for a key, or undefined when it has its default. Any known key may be asked for. */
  given(key: string): string | undefined {
    return this.#values.get(key);
  }
}
