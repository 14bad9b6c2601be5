import { invalidArgument, OptionReader, type OperationOptions } from "@moldau/connection-pool";
import { DescribeConfigs, ErrorCode, type DescribeConfigsResponse } from "@moldau/protocol-codec";
import { perform } from "../routing/perform.js";
import { checkName, operationOptions, unique } from "./arguments.js";
import {
  brokers as brokerWords,
  checkBroker,
  configKey,
  configRoute,
  factsOfConfig,
  nameOf,
  requestNameOf,
  type ConfigBroker,
  type ConfigResource,
  type ConfigResult,
} from "./config-resource.js";
import { describeConfigsNames } from "./names-of-kafkajs.js";
import type { Operation } from "./operation.js";

/** Of which topics, brokers and groups to describe the configuration. */
export interface DescribeConfigsOptions extends OperationOptions {
  /** Names of topics. Default: none. */
  readonly topics?: readonly string[];
  /** Node ids of brokers, or `"default"` for what holds for all of them. Default: none. */
  readonly brokers?: readonly ConfigBroker[];
  /** Ids of groups, which need not exist yet; needs brokers of 4.0. Default: none. */
  readonly groups?: readonly string[];
  /** Only configurations of these names, such as `["retention.ms"]`. Default: all. */
  readonly names?: readonly string[];
  /** Whether to tell where else each value could come from. Default false. */
  readonly includeSynonyms?: boolean;
  /** Whether to tell what each configuration is for, in Kafka's words; needs brokers of 2.6. Default false. */
  readonly includeDocumentation?: boolean;
}

/** The configuration of a topic, a broker or a group at one moment. */
export interface DescribedConfigs extends ConfigResult {
  /** By name; empty on failure. */
  readonly configs: Readonly<Record<string, DescribedConfig>>;
}

/** One configuration: its value, and where that comes from. */
export interface DescribedConfig {
  /** As text, as Kafka writes it; null where there is none, and where it is a secret. */
  readonly value: string | null;
  /** Which of the places that set it has the say: `"DYNAMIC_TOPIC_CONFIG"` was set for this topic. */
  readonly source: ConfigSource;
  /** Whether it cannot be changed while the broker runs. */
  readonly isReadOnly: boolean;
  /** Whether the value is a secret, which is never told. */
  readonly isSensitive: boolean;
  /** The kind of value; absent from brokers before 2.6. */
  readonly type?: ConfigType;
  /** Where the value could come from, the place that has the say first; absent unless asked for. */
  readonly synonyms?: readonly ConfigSynonym[];
  /** What it is for; absent unless asked for. */
  readonly documentation?: string;
}

/** A place that sets a configuration. */
export interface ConfigSynonym {
  /** Its name there; a topic's `retention.ms` is a broker's `log.retention.ms`. */
  readonly name: string;
  readonly value: string | null;
  readonly source: ConfigSource;
}

/** Where a configuration comes from, in Kafka's names; `"UNKNOWN"` for a place that this version does not know. */
export type ConfigSource =
  | "UNKNOWN"
  | "DYNAMIC_TOPIC_CONFIG"
  | "DYNAMIC_BROKER_CONFIG"
  | "DYNAMIC_DEFAULT_BROKER_CONFIG"
  | "STATIC_BROKER_CONFIG"
  | "DEFAULT_CONFIG"
  | "DYNAMIC_BROKER_LOGGER_CONFIG"
  | "DYNAMIC_CLIENT_METRICS_CONFIG"
  | "DYNAMIC_GROUP_CONFIG";

/** The kind of a configuration's value, in Kafka's names; `"UNKNOWN"` for a kind that this version does not know. */
export type ConfigType =
  | "UNKNOWN"
  | "BOOLEAN"
  | "STRING"
  | "INT"
  | "SHORT"
  | "LONG"
  | "DOUBLE"
  | "LIST"
  | "CLASS"
  | "PASSWORD";

/**
 * Describes the configurations of topics and groups, at any broker, and of brokers, at themselves (DescribeConfigs, KIP-133); topics come first,
 * then brokers.
 */
export function describeConfigs(options: DescribeConfigsOptions): Operation<readonly DescribedConfigs[]> {
  const read = new OptionReader("describeConfigs", options, describeConfigsNames);
  const topics = read.list("topics", checkName, { default: [], example: '["orders"]' });
  const brokers = read.list("brokers", requireBroker, { default: [] });
  const groups = read.list("groups", checkName, { default: [] });
  const names = read.list("names", checkName, { default: null });
  const includeSynonyms = read.boolean("includeSynonyms", { default: false });
  const includeDocumentation = read.boolean("includeDocumentation", { default: false });
  const wait = operationOptions(read);
  read.done();
  unique("describeConfigs: topics", topics);
  unique("describeConfigs: brokers", brokers.map(String));
  unique("describeConfigs: groups", groups);
  const items: readonly ConfigResource[] = [
    ...topics.map((topic) => ({ topic })),
    ...brokers.map((broker) => ({ broker })),
    ...groups.map((group) => ({ group })),
  ];
  if (items.length === 0)
    throw invalidArgument(
      'describeConfigs: name topics, such as ["orders"], brokers, such as [1] or ["default"], or groups, such as ["billing"].',
    );
  return {
    wait,
    run: perform({
      api: DescribeConfigs,
      items,
      route: configRoute,
      repeatable: true,
      doubts: new Set([ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.BROKER_ID_NOT_REGISTERED]),
      keyOf: (item) => configKey(requestNameOf(item)),
      factsOf: factsOfConfig,
      question: (asked, { version }) => ({
        resources: asked.map((item) => ({ ...requestNameOf(item), configurationKeys: names })),
        includeSynonyms,
        ...(version >= 3 ? { includeDocumentation } : {}),
      }),
      answers: ({ results }) => results.map((answer) => [configKey(answer), answer] as const),
      succeeded: (item, { configs }): DescribedConfigs => ({
        ...nameOf(item),
        configs: byName(configs, includeSynonyms),
      }),
      failed: (item, error): DescribedConfigs => ({ ...nameOf(item), configs: {}, error }),
    }),
  };
}

function requireBroker(value: unknown, path: string): ConfigBroker {
  const broker = checkBroker(value);
  if (broker !== undefined) return broker;
  throw invalidArgument(`${path} must be ${brokerWords}.`);
}

type ConfigAnswer = DescribeConfigsResponse["results"][number]["configs"][number];

function byName(configs: readonly ConfigAnswer[], withSynonyms: boolean): DescribedConfigs["configs"] {
  return Object.fromEntries(configs.map((config) => [config.name, describe(config, withSynonyms)]));
}

function describe(config: ConfigAnswer, withSynonyms: boolean): DescribedConfig {
  const { value, configSource, readOnly: isReadOnly, isSensitive, synonyms, configType, documentation } = config;
  return {
    ...{ value, source: sourceOf(configSource), isReadOnly, isSensitive },
    ...(configType === 0 ? {} : { type: types[configType] ?? "UNKNOWN" }),
    ...(withSynonyms
      ? {
          synonyms: synonyms.map(({ name, value: other, source }) => ({
            name,
            value: other,
            source: sourceOf(source),
          })),
        }
      : {}),
    ...(documentation === null || documentation === "" ? {} : { documentation }),
  };
}

function sourceOf(number: number): ConfigSource {
  return sources[number] ?? "UNKNOWN";
}

/** By Kafka's numbers. */
const sources: readonly ConfigSource[] = [
  "UNKNOWN",
  "DYNAMIC_TOPIC_CONFIG",
  "DYNAMIC_BROKER_CONFIG",
  "DYNAMIC_DEFAULT_BROKER_CONFIG",
  "STATIC_BROKER_CONFIG",
  "DEFAULT_CONFIG",
  "DYNAMIC_BROKER_LOGGER_CONFIG",
  "DYNAMIC_CLIENT_METRICS_CONFIG",
  "DYNAMIC_GROUP_CONFIG",
];

/** By Kafka's numbers. */
const types: readonly ConfigType[] = [
  "UNKNOWN",
  "BOOLEAN",
  "STRING",
  "INT",
  "SHORT",
  "LONG",
  "DOUBLE",
  "LIST",
  "CLASS",
  "PASSWORD",
];
