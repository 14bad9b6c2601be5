import type { BrokerAddress, Cluster, OperationOptions } from "@moldau/connection-pool";
import { apart, type Route } from "./route.js";

/** The broker that an item itself names; any, where it names none. */
export function brokerOf<Item>(nodeOf: (item: Item) => number | undefined): Route<Item> {
  return {
    refusals: new Set(),
    find: (_cluster, items) => apart(items, (item) => Promise.resolve(nodeOf(item))),
    forget: (cluster) => cluster.refreshTopics([]),
  };
}

/**
 * The brokers of the cluster, read anew: the items of an operation that asks each of them.
 *
 * @throws {KafkaError} when none answers within `timeoutMs`; without one each is asked once.
 */
export async function eachBroker(cluster: Cluster, wait: OperationOptions): Promise<readonly BrokerAddress[]> {
  await cluster.connect(wait);
  return cluster.brokers;
}
