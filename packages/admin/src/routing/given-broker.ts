import type { BrokerAddress, Cluster, OperationOptions } from "@moldau/connection-pool";
import { ErrorCode, KafkaError, kafkaError } from "@moldau/protocol-codec";
import { apart, type Route } from "./route.js";

/** The broker that an item itself names; any, where it names none. */
export function brokerOf<Item>(nodeOf: (item: Item) => number | undefined): Route<Item> {
  return {
    refusals: new Set(),
    find: (cluster, items, wait) =>
      apart(items, async (item) => {
        const node = nodeOf(item);
        if (node === undefined || isKnown(cluster, node)) return node;
        await cluster.refreshTopics([], wait);
        if (isKnown(cluster, node)) return node;
        throw notThere(cluster, node);
      }),
    forget: (cluster) => cluster.refreshTopics([]),
  };
}

function notThere({ brokers }: Cluster, broker: number): KafkaError {
  const { code, message, ...facts } = kafkaError(ErrorCode.BROKER_ID_NOT_REGISTERED, { broker });
  const ids = brokers.map(({ nodeId }) => nodeId).toSorted((left, right) => left - right);
  return new KafkaError(code, `${message} It was asked about broker ${broker}; there are ${ids.join(", ")}.`, facts);
}

function isKnown({ brokers }: Cluster, node: number): boolean {
  return brokers.some(({ nodeId }) => nodeId === node);
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
