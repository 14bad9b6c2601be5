import { OptionReader, type BrokerAddress, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { kafkaError, Metadata } from "@moldau/protocol-codec";
import { operationOptions } from "./arguments.js";

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
export async function describeCluster(cluster: Cluster, options: DescribeClusterOptions): Promise<ClusterDescription> {
  const read = new OptionReader("describeCluster", options);
  const wait = operationOptions(read);
  read.done();
  const { errorCode, clusterId, controllerId, brokers } = await cluster.request(Metadata, { topics: [] }, wait);
  if (errorCode !== 0) throw kafkaError(errorCode, { apiKey: Metadata.key, apiName: Metadata.name });
  return {
    clusterId,
    controllerId,
    brokers: brokers.map(({ nodeId, host, port, rack }) => ({ nodeId, host, port, rack })),
  };
}
