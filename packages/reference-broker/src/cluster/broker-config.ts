import { advice } from "../known-names.js";
import {
  configProblem,
  flag,
  int,
  listItems,
  long,
  type ConfigDefinition,
  type ConfigDefinitions,
} from "./config-definition.js";
import { foreignGroupConfigs, groupBrokerConfigs, groupBrokerConfigsProblem } from "./group-broker-config.js";
import { topicConfigs } from "./topic-config.js";

/**
 * The broker's configuration keys that mean something here, with Apache Kafka's types and defaults. Keys that give a topic's defaults
 * (`log.retention.ms`) are added from the table of topic keys. Where Apache Kafka's code and its shipped development configuration differ, the
 * defaults are those of the latter, because this broker serves development: `group.initial.rebalance.delay.ms` is 0, and the replication factors
 * of the internal topics and `transaction.state.log.min.isr` are 1.
 */
export const brokerConfigs = {
  ...groupBrokerConfigs,
  "add.partitions.to.txn.retry.backoff.max.ms": int(
    100,
    "The maximum time for which the server tries to add partitions to a transaction while the one before is still being ended, in milliseconds. It applies to adding alone, not to the verification of partitions.",
    0,
  ),
  "add.partitions.to.txn.retry.backoff.ms": int(
    20,
    "The backoff of the server before a retry to add a partition to a transaction, in milliseconds.",
    1,
  ),
  "auto.create.topics.enable": flag(
    true,
    "Whether topics are created automatically when somebody asks for the metadata of one that does not exist.",
  ),
  "connections.max.idle.ms": long(
    600_000,
    "Idle connections are closed after this many milliseconds; negative: never.",
  ),
  "connections.max.reauth.ms": long(
    0,
    "The maximum time until a client has to authenticate again over SASL on the same connection, in milliseconds; 0: never.",
    0,
  ),
  "default.replication.factor": int(
    1,
    "The replication factor of topics that are created automatically, or without saying how many replicas.",
    1,
  ),
  "delete.topic.enable": flag(
    true,
    "Whether topics can be deleted through the protocol; false: every deletion is refused.",
  ),
  "fetch.max.bytes": int(
    57_671_680,
    "The maximum number of bytes that are returned for one fetch request. The first batch is returned even if it is larger.",
    1024,
  ),
  "max.incremental.fetch.session.cache.slots": int(
    1000,
    "The maximum number of incremental fetch sessions that the broker keeps.",
    0,
  ),
  "num.partitions": int(
    1,
    "The number of log partitions of a topic that is created automatically, or without saying how many.",
    1,
  ),
  "producer.id.expiration.ms": int(
    86_400_000,
    "How long the leader of a partition remembers a producer id after its last write, in milliseconds.",
    1,
  ),
  "replica.lag.time.max.ms": long(
    30_000,
    "A follower that has not caught up with the leader's log end for this many milliseconds is removed from the in-sync replicas.",
  ),
  "request.timeout.ms": int(
    30_000,
    "The maximum amount of time that this broker waits for the response to a request of its own to another broker, in milliseconds.",
  ),
  "sasl.enabled.mechanisms": {
    type: "LIST",
    default: "PLAIN,SCRAM-SHA-256,SCRAM-SHA-512",
    documentation: "The list of SASL mechanisms that are enabled on listeners with a login.",
  },
  "socket.request.max.bytes": int(
    104_857_600,
    "The maximum size of a request on a socket, in bytes. A larger one closes its connection.",
    1,
  ),
  "transaction.abort.timed.out.transaction.cleanup.interval.ms": int(
    10_000,
    "The interval at which transactions that have timed out are looked for and aborted, in milliseconds.",
    1,
  ),
  "transaction.max.timeout.ms": int(
    900_000,
    "The maximum time-out of transactions that producers may ask for, in milliseconds.",
    1,
  ),
  "transaction.partition.verification.enable": flag(
    true,
    "Whether a partition is verified to be in a transaction before the first records of it are written (KIP-890).",
  ),
  "transaction.remove.expired.transaction.cleanup.interval.ms": int(
    3_600_000,
    "How frequently transactional ids that have expired by transactional.id.expiration.ms are looked for, in milliseconds.",
    1,
  ),
  "transaction.state.log.min.isr": int(
    1,
    "The minimum number of replicas in sync that a write to the topic of transactions, __transaction_state, needs: its min.insync.replicas. Only its creation looks at it.",
    1,
  ),
  "transaction.state.log.num.partitions": int(
    50,
    "The number of partitions of the topic of transactions, __transaction_state. Only its creation looks at it.",
    1,
  ),
  "transaction.state.log.replication.factor": {
    type: "SHORT",
    default: "1",
    min: 1,
    documentation: "The replication factor of the topic of transactions, __transaction_state.",
  },
  "transaction.state.log.segment.bytes": int(
    104_857_600,
    "The segment size of the topic of transactions, in bytes. Small ones let compaction begin sooner.",
    1,
  ),
  "transactional.id.expiration.ms": int(
    604_800_000,
    "How long a transactional id without an open transaction is kept after its last use, in milliseconds.",
    1,
  ),
} satisfies ConfigDefinitions;

/** The name of a broker configuration key, other than those that give topics their defaults. */
export type BrokerConfigKey = keyof typeof brokerConfigs;

const definitions: ReadonlyMap<string, ConfigDefinition> = new Map<string, ConfigDefinition>([
  ...Object.entries<ConfigDefinition>(topicConfigs).flatMap(
    ([, { brokerKey, ...definition }]): [string, ConfigDefinition][] =>
      brokerKey === undefined ? [] : [[brokerKey, definition]],
  ),
  ...Object.entries<ConfigDefinition>(brokerConfigs),
  ...Object.entries(foreignGroupConfigs),
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
        throw new RangeError(`unknown broker configuration ${JSON.stringify(key)}: ${advice(key, brokerConfigKeys())}`);
      const problem = configProblem(key, definition, String(value));
      if (problem !== undefined) throw new RangeError(problem);
      texts.set(key, String(value).trim());
    }
    this.#values = texts;
    const problem = groupBrokerConfigsProblem((key) => Number(this.textOfAny(key)));
    if (problem !== undefined) throw new RangeError(problem);
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

  /** The value of any key as text, default included; null for a key that has none. */
  textOfAny(key: string): string | null {
    return this.given(key) ?? definitions.get(key)?.default ?? null;
  }

  /** The text that was set for a key, or undefined when it has its default. Any known key may be asked for. */
  given(key: string): string | undefined {
    return this.#values.get(key);
  }
}
