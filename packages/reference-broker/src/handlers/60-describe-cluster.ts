import { DescribeCluster, ErrorCode } from "@moldau/protocol-codec";
import { handler } from "../network/dispatch.js";
import { endpoints } from "../partitions/partition-lookup.js";
import { allClusterOperations } from "../security/operations.js";

/**
 * DescribeCluster 0-2: the brokers, the controller, the cluster's id.
 *
 * Asked for controllers (endpoint type 2, from version 1 on) it answers MISMATCHED_ENDPOINT_TYPE: this is a broker's listener. Every
 * broker listed serves, so `includeFencedBrokers` changes nothing.
 */
export const describeCluster = handler(DescribeCluster, { min: 0, max: 2 }, (request, { broker, session }) => {
  const { includeClusterAuthorizedOperations, endpointType } = request;
  if (endpointType !== brokerEndpoints) {
    const isController = endpointType === controllerEndpoints;
    return {
      errorCode: isController ? ErrorCode.MISMATCHED_ENDPOINT_TYPE : ErrorCode.UNSUPPORTED_ENDPOINT_TYPE,
      errorMessage: isController
        ? "The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER"
        : `Unsupported endpoint type ${endpointType}`,
    };
  }
  const { cluster, controllerId } = broker;
  return {
    endpointType,
    clusterId: cluster.clusterId,
    controllerId,
    brokers: endpoints(cluster, session.listener).map(({ nodeId, ...rest }) => ({ brokerId: nodeId, ...rest })),
    ...(includeClusterAuthorizedOperations ? { clusterAuthorizedOperations: allClusterOperations } : {}),
  };
});

const brokerEndpoints = 1;
const controllerEndpoints = 2;
