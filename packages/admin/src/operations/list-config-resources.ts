import { invalidArgument, OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { ListConfigResources } from "@moldau/protocol-codec";
import { throwIfRefused } from "../routing/item-result.js";
import { operationOptions, tooOld, unique } from "./arguments.js";
import type { Operation } from "./operation.js";

/** What can have configurations; `"clientMetrics"` are subscriptions to what clients measure. */
export type ConfigResourceType = "topic" | "broker" | "brokerLogger" | "clientMetrics" | "group";

/** What to list. */
export interface ListConfigResourcesOptions extends OperationOptions {
  /** Only these kinds, such as `["group"]`. Default: all that the broker knows. */
  readonly types?: readonly ConfigResourceType[];
}

/** Something that has, or can have, configurations. */
export interface ListedConfigResource {
  /** Its kind; `"unknown"` for one that this version does not know. */
  readonly type: ConfigResourceType | "unknown";
  /** A topic's name, a broker's node id, a group's id, the name of a subscription. */
  readonly name: string;
}

/**
 * Lists what has configurations (ListConfigResources, KIP-1142): every topic and broker, and those groups and subscriptions of which something
 * was set.
 */
export function listConfigResources(options: ListConfigResourcesOptions): Operation<readonly ListedConfigResource[]> {
  const read = new OptionReader("listConfigResources", options);
  const types = read.list("types", checkType, { default: [], example: '["group"]' });
  const wait = operationOptions(read);
  read.done();
  unique("listConfigResources: types", types);
  return { wait, run: (cluster, wait) => listAll(cluster, types, wait) };
}

async function listAll(
  cluster: Cluster,
  types: readonly ConfigResourceType[],
  wait: OperationOptions,
): Promise<readonly ListedConfigResource[]> {
  const response = await cluster.request(
    ListConfigResources,
    (version) => {
      const wantsOthers = types.some((type) => type !== "clientMetrics");
      if (version < 1 && (types.length === 0 || wantsOthers))
        throw tooOld(ListConfigResources, 'listing anything but "clientMetrics"', "4.1");
      return version < 1 ? {} : { resourceTypes: types.map((type) => numbers[type]) };
    },
    wait,
  );
  throwIfRefused(ListConfigResources, response);
  return response.configResources
    .map(({ resourceType, resourceName: name }) => ({ type: typeOf(resourceType), name }))
    .toSorted(byTypeAndName);
}

/** Kafka's numbers. */
const numbers: Readonly<Record<ConfigResourceType, number>> = {
  ...{ topic: 2, broker: 4, brokerLogger: 8, clientMetrics: 16, group: 32 },
};
const types = ["topic", "broker", "brokerLogger", "clientMetrics", "group"] as const;

function typeOf(number: number): ListedConfigResource["type"] {
  return types.find((type) => numbers[type] === number) ?? "unknown";
}

function byTypeAndName(left: ListedConfigResource, right: ListedConfigResource): number {
  if (left.type !== right.type) return left.type < right.type ? -1 : 1;
  return left.name < right.name ? -1 : 1;
}

function checkType(value: unknown, path: string): ConfigResourceType {
  const found = types.find((type) => type === value);
  if (found !== undefined) return found;
  throw invalidArgument(`${path} must be one of ${types.map((type) => `"${type}"`).join(", ")}.`);
}
