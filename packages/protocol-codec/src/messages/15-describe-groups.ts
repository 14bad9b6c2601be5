import { api, array, bool, bytes, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

export const DescribeGroupsRequest = message("DescribeGroupsRequest", { versions: "0-6", flexible: "5+" }, {
  groups: array(string),
  includeAuthorizedOperations: bool.in("3+"),
});
export type DescribeGroupsRequest = Infer<typeof DescribeGroupsRequest>;

export const DescribeGroupsResponse = message("DescribeGroupsResponse", { versions: "0-6", flexible: "5+" }, {
  throttleTimeMs: int32.in("1+").ignorable,
  groups: array({
    errorCode: int16,
    errorMessage: nullable(string).in("6+").default(null),
    groupId: string,
    groupState: string,
    protocolType: string,
    protocolData: string,
    members: array({
      memberId: string,
      groupInstanceId: nullable(string).in("4+").default(null).ignorable,
      clientId: string,
      clientHost: string,
      memberMetadata: bytes,
      memberAssignment: bytes,
    }),
    authorizedOperations: int32.in("3+").default(-2147483648),
  }),
});
export type DescribeGroupsResponse = Infer<typeof DescribeGroupsResponse>;

/** API 15. */
export const DescribeGroups = api(15, "DescribeGroups", { request: DescribeGroupsRequest, response: DescribeGroupsResponse, throttleFrom: 2 });
