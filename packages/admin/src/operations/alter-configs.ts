import { invalidArgument, isPlainObject, OptionReader, type OperationOptions } from "@moldau/connection-pool";
import { ErrorCode, IncrementalAlterConfigs } from "@moldau/protocol-codec";
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
import {
  checkConfigItems,
  checkConfigValues,
  configItemWords,
  configValueWords,
  type ConfigItems,
  type ConfigValues,
} from "./config-values.js";
import { alterConfigsNames } from "./names-of-kafkajs.js";
import type { Operation } from "./operation.js";

/** Changes of a configuration; what they do not name stays as it is. */
export interface ConfigChanges {
  /** Values to set. Default: none. */
  readonly set?: ConfigValues;
  /** Names of configurations to set back, to what holds without them. Default: none. */
  readonly delete?: readonly string[];
  /** Items to add to configurations that are lists. Default: none. */
  readonly append?: ConfigItems;
  /** Items to take out of configurations that are lists. Default: none. */
  readonly subtract?: ConfigItems;
}

/** Changes of a topic's configuration. */
export interface TopicConfigChanges extends ConfigChanges {
  readonly topic: string;
}

/** Changes of a broker's configuration. */
export interface BrokerConfigChanges extends ConfigChanges {
  /** Its node id, or `"default"` for what holds for every broker that has no setting of its own. */
  readonly broker: ConfigBroker;
}

/** Changes of a group's configuration. */
export interface GroupConfigChanges extends ConfigChanges {
  /** Its id; it need not exist yet. */
  readonly group: string;
}

/** Which configurations to change. */
export interface AlterConfigsOptions extends OperationOptions {
  /** Default: none. */
  readonly topics?: readonly TopicConfigChanges[];
  /** Default: none. */
  readonly brokers?: readonly BrokerConfigChanges[];
  /** Needs brokers of 4.0. Default: none. */
  readonly groups?: readonly GroupConfigChanges[];
  /** Whether to check only, and change nothing. Default false. */
  readonly validateOnly?: boolean;
}

/** What became of the changes of one configuration; on failure none of them was made. */
export type AlteredConfigs = ConfigResult;

/**
 * Changes single configurations of topics, brokers and groups, each of them with a result of its own (IncrementalAlterConfigs, KIP-339); topics
 * come first, then brokers. Setting and deleting may be repeated when a connection was lost; adding to a list and taking out of it are not.
 */
export function alterConfigs(options: AlterConfigsOptions): Operation<readonly AlteredConfigs[]> {
  const read = new OptionReader("alterConfigs", options, alterConfigsNames);
  const topics = read.list("topics", checkTopic, { default: [] });
  const brokers = read.list("brokers", requireBroker, { default: [] });
  const groups = read.list("groups", checkGroup, { default: [] });
  const validateOnly = read.boolean("validateOnly", { default: false });
  const wait = operationOptions(read);
  read.done();
  const items: readonly Change[] = [...topics, ...brokers, ...groups];
  if (items.length === 0)
    throw invalidArgument(
      `alterConfigs: name topics, such as [${topicExample}], brokers, such as [${brokerExample}], or groups, such as [${groupExample}].`,
    );
  unique(
    "alterConfigs: topics",
    topics.map(({ topic }) => topic),
  );
  unique(
    "alterConfigs: brokers",
    brokers.map(({ broker }) => String(broker)),
  );
  unique(
    "alterConfigs: groups",
    groups.map(({ group }) => group),
  );
  return {
    wait,
    run: perform({
      api: IncrementalAlterConfigs,
      items,
      route: configRoute,
      doubts: new Set([ErrorCode.BROKER_ID_NOT_REGISTERED]),
      repeatable: validateOnly || items.every(({ changes }) => changes.every(isRepeatable)),
      keyOf: (item) => configKey(requestNameOf(item)),
      factsOf: factsOfConfig,
      question: (asked: readonly Change[]) => ({
        resources: asked.map((item) => ({ ...requestNameOf(item), configs: item.changes })),
        validateOnly,
      }),
      answers: ({ responses }) => responses.map((answer) => [configKey(answer), answer] as const),
      succeeded: (item): AlteredConfigs => nameOf(item),
      failed: (item, error): AlteredConfigs => ({ ...nameOf(item), error }),
    }),
  };
}

/** A change as it stands in the request. */
interface ConfigRequest {
  readonly name: string;
  readonly configOperation: number;
  readonly value: string | null;
}

/** A thing whose configuration is changed, with the changes. */
type Change = ConfigResource & { readonly changes: readonly ConfigRequest[] };

/** Kafka's numbers of what can be done with a value. */
const operations = { set: 0, delete: 1, append: 2, subtract: 3 } as const;

function isRepeatable({ configOperation }: ConfigRequest): boolean {
  return configOperation === operations.set || configOperation === operations.delete;
}

const topicExample = '{ topic: "orders", set: { "retention.ms": 86_400_000 } }';
const brokerExample = '{ broker: 1, set: { "log.retention.ms": 86_400_000 } }';
const groupExample = '{ group: "billing", set: { "consumer.session.timeout.ms": 60_000 } }';

function checkTopic(value: unknown, path: string): Change & { readonly topic: string } {
  if (!isPlainObject(value)) throw invalidArgument(`${path} must be an object such as ${topicExample}.`);
  const read = new OptionReader<Partial<TopicConfigChanges>>(path, value, alterConfigsNames);
  const topic = read.text("topic");
  return { topic, changes: readChanges(read, path) };
}

function requireBroker(value: unknown, path: string): Change & { readonly broker: ConfigBroker } {
  if (!isPlainObject(value)) throw invalidArgument(`${path} must be an object such as ${brokerExample}.`);
  const read = new OptionReader<Partial<BrokerConfigChanges>>(path, value, alterConfigsNames);
  const broker = read.custom("broker", brokerWords, checkBroker);
  return { broker, changes: readChanges(read, path) };
}

function checkGroup(value: unknown, path: string): Change & { readonly group: string } {
  if (!isPlainObject(value)) throw invalidArgument(`${path} must be an object such as ${groupExample}.`);
  const read = new OptionReader<Partial<GroupConfigChanges>>(path, value, alterConfigsNames);
  const group = read.text("group");
  return { group, changes: readChanges(read, path) };
}

/** Reads what is left of an item: its changes. @throws {KafkaError} CLIENT_INVALID_ARGUMENT for none at all, or two of the same name. */
function readChanges<Options extends ConfigChanges>(
  read: OptionReader<Options>,
  path: string,
): readonly ConfigRequest[] {
  const set = read.custom("set", configValueWords, checkConfigValues, { default: {} });
  const deleted = read.list("delete", checkName, { default: [] });
  const append = read.custom("append", configItemWords, checkConfigItems, { default: {} });
  const subtract = read.custom("subtract", configItemWords, checkConfigItems, { default: {} });
  read.done();
  const changes = [
    ...Object.entries(set).map(([name, value]) => ({ name, configOperation: operations.set, value: String(value) })),
    ...deleted.map((name) => ({ name, configOperation: operations.delete, value: null })),
    ...listChanges(append, operations.append),
    ...listChanges(subtract, operations.subtract),
  ];
  if (changes.length === 0)
    throw invalidArgument(`${path} changes nothing: say what to set, delete, append or subtract.`);
  unique(
    path,
    changes.map(({ name }) => name),
  );
  return changes;
}

function listChanges(items: ConfigItems, configOperation: number): readonly ConfigRequest[] {
  return Object.entries(items).map(([name, value]) => ({
    ...{ name, configOperation },
    value: typeof value === "string" ? value : value.join(","),
  }));
}
