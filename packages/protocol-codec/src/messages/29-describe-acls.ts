import { api, array, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

export const DescribeAclsRequest = message("DescribeAclsRequest", { versions: "1-3", flexible: "2+" }, {
  resourceTypeFilter: int8,
  resourceNameFilter: nullable(string),
  patternTypeFilter: int8.in("1+").default(3),
  principalFilter: nullable(string),
  hostFilter: nullable(string),
  operation: int8,
  permissionType: int8,
});
export type DescribeAclsRequest = Infer<typeof DescribeAclsRequest>;

export const DescribeAclsResponse = message("DescribeAclsResponse", { versions: "1-3", flexible: "2+" }, {
  throttleTimeMs: int32,
  errorCode: int16,
  errorMessage: nullable(string),
  resources: array({
    resourceType: int8,
    resourceName: string,
    patternType: int8.in("1+").default(3),
    acls: array({
      principal: string,
      host: string,
      operation: int8,
      permissionType: int8,
    }),
  }),
});
export type DescribeAclsResponse = Infer<typeof DescribeAclsResponse>;

/** API 29. */
export const DescribeAcls = api(29, "DescribeAcls", { request: DescribeAclsRequest, response: DescribeAclsResponse, throttleFrom: 1 });
