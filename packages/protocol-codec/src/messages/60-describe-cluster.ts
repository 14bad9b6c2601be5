import { api, array, bool, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

export const DescribeClusterRequest = message("DescribeClusterRequest", { versions: "0-2", flexible: "0+" }, {
  includeClusterAuthorizedOperations: bool,
  endpointType: int8.in("1+").default(1),
  includeFencedBrokers: bool.in("2+"),
});
export type DescribeClusterRequest = Infer<typeof DescribeClusterRequest>;

export const DescribeClusterResponse = message("DescribeClusterResponse", { versions: "0-2", flexible: "0+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string).default(null),
  endpointType: int8.in("1+").default(1),
  clusterId: string,
  controllerId: int32.default(-1),
  brokers: array({
    brokerId: int32,
    host: string,
    port: int32,
    rack: nullable(string).default(null),
    isFenced: bool.in("2+"),
  }),
  clusterAuthorizedOperations: int32.default(-2147483648),
});
export type DescribeClusterResponse = Infer<typeof DescribeClusterResponse>;

/** API 60. */
export const DescribeCluster = api(60, "DescribeCluster", { request: DescribeClusterRequest, response: DescribeClusterResponse, throttleFrom: 0 });
