import { OptionReader, type BrokerAddress, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { ErrorCode, ListGroups, type KafkaError, type ListGroupsResponse } from "@moldau/protocol-codec";
import { brokerOf, eachBroker } from "../routing/given-broker.js";
import type { ItemResult } from "../routing/item-result.js";
import { perform } from "../routing/perform.js";
import { timeLeft } from "../routing/time-left.js";
import { checkName, operationOptions } from "./arguments.js";
import type { Operation } from "./operation.js";

/** Which groups to list. */
export interface ListGroupsOptions extends OperationOptions {
  /** Only groups in one of these states, such as `"Stable"` or `"Empty"`; needs brokers of 2.6. Default: all. */
  readonly states?: readonly string[];
  /** Only groups of one of these types, such as `"classic"` or `"consumer"`; needs brokers of 3.8. Default: all. */
  readonly types?: readonly string[];
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

/** A broker that could not be asked, or that refused. */
export interface FailedBroker {
  readonly broker: number;
  readonly error: KafkaError;
}

/** What one broker had to say. */
interface BrokerGroups extends ItemResult {
  readonly broker: number;
  readonly groups: readonly ListedGroup[];
}

/** Lists the groups of every broker of the cluster (ListGroups); those of a broker that fails are missing, and the broker is named. */
export function listGroups(options: ListGroupsOptions): Operation<GroupListing> {
  const read = new OptionReader("listGroups", options);
  const statesFilter = read.list("states", checkName, { default: [] });
  const typesFilter = read.list("types", checkName, { default: [] });
  const wait = operationOptions(read);
  read.done();
  return { wait, run: (cluster, wait) => listAll(cluster, { statesFilter, typesFilter }, wait) };
}

async function listAll(
  cluster: Cluster,
  filters: { readonly statesFilter: readonly string[]; readonly typesFilter: readonly string[] },
  wait: OperationOptions,
): Promise<GroupListing> {
  const left = timeLeft(cluster, wait);
  const items = await eachBroker(cluster, left());
  const results = await perform({
    api: ListGroups,
    items,
    route: brokerOf<BrokerAddress>(({ nodeId }) => nodeId),
    repeatable: true,
    refusals: new Set([ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, ErrorCode.COORDINATOR_NOT_AVAILABLE]),
    keyOf: ({ nodeId }) => String(nodeId),
    factsOf: ({ nodeId }) => ({ broker: nodeId }),
    question: () => filters,
    answers: (response, brokers) => brokers.map(({ nodeId }) => [String(nodeId), response] as const),
    succeeded: ({ nodeId }, answer): BrokerGroups => ({ broker: nodeId, groups: groupsOf(answer, nodeId) }),
    failed: ({ nodeId }, error): BrokerGroups => ({ broker: nodeId, groups: [], error }),
  })(cluster, left());
  return {
    groups: results.flatMap(({ groups }) => groups).toSorted((left, right) => (left.group < right.group ? -1 : 1)),
    failed: results.flatMap(({ broker, error }) => (error === undefined ? [] : [{ broker, error }])),
  };
}

function groupsOf({ groups }: ListGroupsResponse, coordinator: number): readonly ListedGroup[] {
  return groups.map(({ groupId: group, protocolType, groupState: state, groupType: type }) => ({
    ...{ group, protocolType, state, type, coordinator },
  }));
}
