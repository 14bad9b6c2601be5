import { DescribeCluster, ErrorCode } from "@moldau/protocol-codec";
import { handler } from "../network/handler.js";
import { endpoints } from "../partitions/partition-lookup.js";
import { authorizedOperations, theCluster } from "../security/access.js";

/**
 * DescribeCluster 0-2: the brokers, the controller, the cluster's id.
 *
 * Asked for controllers (endpoint type 2, from version 1 on) it answers MISMATCHED_ENDPOINT_TYPE: this is a broker's listener. Every
 * broker listed serves, so `includeFencedBrokers` changes nothing.
 */
export const describeCluster = handler({
  api: DescribeCluster,
  versions: { min: 0, max: 2 },
  refuse: (_request, { errorCode }) => ({ errorCode, errorMessage: null }),
  answer: (request, { broker, session, access }) => {
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
      ...(includeClusterAuthorizedOperations
        ? { clusterAuthorizedOperations: authorizedOperations(access, theCluster) }
        : {}),
    };
  },
});

const brokerEndpoints = 1;
const controllerEndpoints = 2;
