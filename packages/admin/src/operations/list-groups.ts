import { invalidArgument, OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { ListGroups, type ListGroupsResponse } from "@moldau/protocol-codec";
import { checkName, operationOptions } from "./arguments.js";
import { askEveryBroker, type FailedBroker } from "./every-broker.js";
import type { Operation } from "./operation.js";

/** Which groups to list. */
export interface ListGroupsOptions extends OperationOptions {
  /** Only groups in one of these states, such as `"Stable"` or `"Empty"`; needs brokers of 2.6. Default: all. */
  readonly states?: readonly string[];
  /** Only groups of one of these types, such as `"classic"` or `"consumer"`; needs brokers of 3.8. Default: all. */
  readonly types?: readonly string[];
  /** Only groups of one of these protocol types, such as `"consumer"` or `"connect"`; `""` for those that only keep offsets. Default: all. */
  readonly protocolTypes?: readonly string[];
}

/** A group in the list. */
export interface ListedGroup {
  readonly group: string;
  /** `"consumer"` for consumers; empty for a group that only keeps offsets. */
  readonly protocolType: string;
  /** Empty from brokers before 2.6. */
  readonly state: string;
  /** Empty from brokers before 3.8. */
  readonly type: string;
  /** Node id of the broker that coordinates it. */
  readonly coordinator: number;
}

/** The groups of a cluster at one moment. */
export interface GroupListing {
  /** By name. */
  readonly groups: readonly ListedGroup[];
  /** The brokers whose groups are missing in the list; empty when it is complete. */
  readonly failed: readonly FailedBroker[];
}

/** Lists the groups of every broker of the cluster (ListGroups); those of a broker that fails are missing, and the broker is named. */
export function listGroups(options: ListGroupsOptions): Operation<GroupListing> {
  const read = new OptionReader("listGroups", options);
  const statesFilter = read.list("states", checkName, { default: [] });
  const typesFilter = read.list("types", checkName, { default: [] });
  const protocolTypes = read.list("protocolTypes", checkText, { default: null });
  const wait = operationOptions(read);
  read.done();
  return {
    wait,
    run: async (cluster, wait) => {
      const { groups, failed } = await listAll(cluster, { statesFilter, typesFilter }, wait);
      // Brokers have no filter for it.
      return { groups: groups.filter(({ protocolType }) => protocolTypes?.includes(protocolType) ?? true), failed };
    },
  };
}

/** Reads a text in a list, which may be empty. @throws {KafkaError} CLIENT_INVALID_ARGUMENT when it is no text. */
function checkText(value: unknown, path: string): string {
  if (typeof value === "string") return value;
  throw invalidArgument(`${path} must be a text.`);
}

async function listAll(
  cluster: Cluster,
  filters: { readonly statesFilter: readonly string[]; readonly typesFilter: readonly string[] },
  wait: OperationOptions,
): Promise<GroupListing> {
  const { parts, failed } = await askEveryBroker(
    { api: ListGroups, question: () => filters, errorCodeOf: ({ errorCode }) => errorCode, partsOf: groupsOf },
    cluster,
    wait,
  );
  return { groups: parts.toSorted((left, right) => (left.group < right.group ? -1 : 1)), failed };
}

function groupsOf({ groups }: ListGroupsResponse, coordinator: number): readonly ListedGroup[] {
  return groups.map(({ groupId: group, protocolType, groupState: state, groupType: type }) => ({
    ...{ group, protocolType, state, type, coordinator },
  }));
}
