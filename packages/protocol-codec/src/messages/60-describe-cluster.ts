import { api, array, bool, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of DescribeCluster. */
export const DescribeClusterRequest = message("DescribeClusterRequest", { versions: "0-2", flexible: "0+" }, () => ({
  /** Whether to say which operations on the cluster are allowed to the user. */
  includeClusterAuthorizedOperations: bool,
  /** What is described: 1 brokers, 2 controllers. */
  endpointType: int8.in("1+").default(1),
  /** Whether to list brokers that are fenced off, too. */
  includeFencedBrokers: bool.in("2+"),
}));
export type DescribeClusterRequest = Infer<typeof DescribeClusterRequest>;

/** The response of DescribeCluster. */
export const DescribeClusterResponse = message("DescribeClusterResponse", { versions: "0-2", flexible: "0+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32,
  /** Kafka's error code; 0 for none. */
  errorCode: int16,
  /** The broker's words on the error, or null. */
  errorMessage: nullable(string).default(null),
  /** What is described: 1 brokers, 2 controllers. */
  endpointType: int8.in("1+").default(1),
  /** The id of the cluster, or null when it is not known. */
  clusterId: string,
  /** The node id of the controller, -1 when it is not known. */
  controllerId: int32.default(-1),
  /** The brokers of the cluster. */
  brokers: array({
    /** The broker's node id. */
    brokerId: int32,
    /** The host name or address. */
    host: string,
    /** The port. */
    port: int32,
    /** The rack of the broker, or null. */
    rack: nullable(string).default(null),
    /** Whether the broker is fenced off. */
    isFenced: bool.in("2+"),
  }),
  /** The operations on the cluster allowed to the user, a bit each; -2147483648 when they were not asked for. */
  clusterAuthorizedOperations: int32.default(-2147483648),
}));
export type DescribeClusterResponse = Infer<typeof DescribeClusterResponse>;

/** Describes the cluster and its nodes. */
export const DescribeCluster = api(60, "DescribeCluster", {
  request: DescribeClusterRequest,
  response: DescribeClusterResponse,
  throttleFrom: 0,
});
