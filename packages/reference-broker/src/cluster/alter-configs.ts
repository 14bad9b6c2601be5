import { ErrorCode, errorByCode } from "@moldau/protocol-codec";
import type {
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsRequestConfig,
  IncrementalAlterConfigsRequestResource,
} from "@moldau/protocol-codec";
import type { BrokerConfig } from "./broker-config.js";
import type { Change } from "./controller.js";
import { clusterRecords } from "./records.js";
import type { ConfigDefinition } from "./config-definition.js";
import type { ConfigValue } from "./config-value.js";
import { groupConfigDefinition } from "./group-config.js";
import { groupConfigProblem, groupConfigsProblem, groupConfigValue } from "./group-settings.js";
import { configResource, type ClusterState } from "./state.js";
import { topicConfigDefinition } from "./topic-config.js";
import { topicConfigProblem, topicConfigsProblem, topicConfigValue } from "./topic-settings.js";

/** What became of one resource of an IncrementalAlterConfigs request. */
export interface Alteration {
  readonly resourceType: number;
  readonly resourceName: string;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** Plans changes of single keys of topics and groups: the records to write and, in the order of the request, what became of each resource. */
export function alterConfigs(
  cluster: ClusterState,
  { resources, validateOnly }: Pick<IncrementalAlterConfigsRequest, "resources" | "validateOnly">,
  config: BrokerConfig,
): Change<readonly Alteration[]> {
  const names = resources.map(({ resourceType, resourceName }) => `${resourceType} ${resourceName}`);
  const records: Buffer[] = [];
  const answer = resources.map((resource, index): Alteration => {
    const { resourceType, resourceName } = resource;
    const isTwice = names.indexOf(names[index] ?? "") !== names.lastIndexOf(names[index] ?? "");
    const planned = isTwice
      ? refused(ErrorCode.INVALID_REQUEST, "Each resource must appear at most once.")
      : alterOne(cluster, resource, config);
    if ("errorCode" in planned) return { resourceType, resourceName, ...planned };
    records.push(...planned.records);
    return { resourceType, resourceName, errorCode: ErrorCode.NONE, errorMessage: null };
  });
  return { records: validateOnly ? [] : records, answer };
}

/** Kafka's numbers of what can be done to a key. */
const operation = { set: 0, delete: 1, append: 2, subtract: 3 } as const;

interface Refusal {
  readonly errorCode: number;
  readonly errorMessage: string;
}

/** What the configurations of one kind of resources are like. */
interface Configurable {
  /** Why this resource cannot be configured; undefined when it can. */
  refusal(cluster: ClusterState, name: string): Refusal | undefined;
  definition(key: string): ConfigDefinition | undefined;
  value(key: string, set: ReadonlyMap<string, string>, config: BrokerConfig): ConfigValue;
  problem(key: string, value: string): string | undefined;
  problemOfAll(set: ReadonlyMap<string, string>, config: BrokerConfig): string | undefined;
}

/** What a new value is checked by. */
interface Rules {
  readonly kind: Configurable;
  readonly config: BrokerConfig;
}

const topics: Configurable = {
  refusal: (cluster, name) =>
    cluster.topic(name) === undefined
      ? refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, `The topic '${name}' does not exist.`)
      : undefined,
  definition: topicConfigDefinition,
  value: topicConfigValue,
  problem: topicConfigProblem,
  problemOfAll: topicConfigsProblem,
};

/** A group need not exist to be configured. */
const groups: Configurable = {
  refusal: (_cluster, name) =>
    name === "" ? refused(ErrorCode.INVALID_REQUEST, "Default group resources are not allowed.") : undefined,
  definition: groupConfigDefinition,
  value: groupConfigValue,
  problem: groupConfigProblem,
  problemOfAll: groupConfigsProblem,
};

const configurable: ReadonlyMap<number, Configurable> = new Map([
  [configResource.topic, topics],
  [configResource.group, groups],
]);

function alterOne(
  cluster: ClusterState,
  { resourceType, resourceName, configs }: IncrementalAlterConfigsRequestResource,
  config: BrokerConfig,
): Refusal | { readonly records: readonly Buffer[] } {
  const keys = configs.map(({ name }) => name);
  if (new Set(keys).size < keys.length) return refused(ErrorCode.INVALID_REQUEST, "Error due to duplicate config keys");
  const nulls = configs.filter((each) => each.value === null && each.configOperation !== operation.delete);
  if (nulls.length > 0) {
    return refused(
      ErrorCode.INVALID_REQUEST,
      `Null value not supported for : ${nulls.map(({ name }) => name).join(", ")}`,
    );
  }
  const kind = configurable.get(resourceType);
  if (kind === undefined) {
    return refused(
      ErrorCode.INVALID_REQUEST,
      `This broker changes the configuration of topics and groups only, not of resources of type ${resourceType}.`,
    );
  }
  const refusal = kind.refusal(cluster, resourceName);
  if (refusal !== undefined) return refusal;
  const set = cluster.configs(resourceType, resourceName);
  const records: Buffer[] = [];
  const then = new Map(set);
  for (const each of configs) {
    const changed = changedValue(each, set, { kind, config });
    if (typeof changed === "object" && changed !== null) return changed;
    if (changed === (set.get(each.name) ?? null)) continue;
    if (changed === null) then.delete(each.name);
    else then.set(each.name, changed);
    records.push(clusterRecords.config.write({ resourceType, resourceName, name: each.name, value: changed }));
  }
  const problem = kind.problemOfAll(then, config);
  return problem === undefined ? { records } : refused(ErrorCode.INVALID_CONFIG, problem);
}

/** The value that a key has then, null for none of its own, or why it cannot. */
function changedValue(
  { name, configOperation, value }: IncrementalAlterConfigsRequestConfig,
  set: ReadonlyMap<string, string>,
  { kind, config }: Rules,
): string | null | Refusal {
  if (configOperation === operation.delete) return null;
  const next = nextValue({ name, configOperation, value: value ?? "" }, set, { kind, config });
  if (typeof next === "object") return next;
  const problem = kind.problem(name, next);
  return problem === undefined ? next : refused(ErrorCode.INVALID_CONFIG, problem);
}

function nextValue(
  { name, configOperation, value }: { readonly name: string; readonly configOperation: number; readonly value: string },
  set: ReadonlyMap<string, string>,
  { kind, config }: Rules,
): string | Refusal {
  if (configOperation === operation.set) return value;
  const verb = configOperation === operation.append ? "APPEND" : "SUBTRACT";
  if (configOperation !== operation.append && configOperation !== operation.subtract) {
    return refused(ErrorCode.INVALID_REQUEST, `Unknown operations type ${configOperation}`);
  }
  if (kind.definition(name)?.type !== "LIST") {
    return refused(ErrorCode.INVALID_CONFIG, `Can't ${verb} to key ${name} because its type is not LIST.`);
  }
  const current = kind.value(name, set, config).value ?? "";
  const items = current === "" ? [] : current.split(",");
  const given = value.split(",");
  const kept = verb === "APPEND" ? [...new Set([...items, ...given])] : items.filter((item) => !given.includes(item));
  return kept.join(",");
}

function refused(errorCode: number, errorMessage = errorByCode(errorCode).message): Refusal {
  return { errorCode, errorMessage };
}
