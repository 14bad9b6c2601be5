import { OptionReader, type BrokerAddress, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { Metadata } from "@moldau/protocol-codec";
import { throwIfRefused } from "../routing/item-result.js";
import { operationOptions } from "./arguments.js";
import type { Operation } from "./operation.js";

/** How to ask. */
export interface DescribeClusterOptions extends OperationOptions {}

/** A cluster at one moment. */
export interface ClusterDescription {
  /** Null from brokers before 0.10.1. */
  readonly clusterId: string | null;
  /** Node id of the controller, or of a broker that passes requests on to it; -1 when there is none. */
  readonly controllerId: number;
  readonly brokers: readonly Required<BrokerAddress>[];
}

/** Describes the cluster as the broker that answers sees it. */
export function describeCluster(options: DescribeClusterOptions): Operation<ClusterDescription> {
  const read = new OptionReader("describeCluster", options);
  const wait = operationOptions(read);
  read.done();
  return { wait, run: describe };
}

async function describe(cluster: Cluster, wait: OperationOptions): Promise<ClusterDescription> {
  const response = await cluster.request(Metadata, { topics: [] }, wait);
  throwIfRefused(Metadata, response);
  const { clusterId, controllerId, brokers } = response;
  return {
    clusterId,
    controllerId,
    brokers: brokers.map(({ nodeId, host, port, rack }) => ({ nodeId, host, port, rack })),
  };
}
