import { api, array, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

export const DeleteAclsRequest = message("DeleteAclsRequest", { versions: "1-3", flexible: "2+" }, {
  filters: array({
    resourceTypeFilter: int8,
    resourceNameFilter: nullable(string),
    patternTypeFilter: int8.in("1+").default(3),
    principalFilter: nullable(string),
    hostFilter: nullable(string),
    operation: int8,
    permissionType: int8,
  }),
});
export type DeleteAclsRequest = Infer<typeof DeleteAclsRequest>;

export const DeleteAclsResponse = message("DeleteAclsResponse", { versions: "1-3", flexible: "2+" }, {
  throttleTimeMs: int32,
  filterResults: array({
    errorCode: int16,
    errorMessage: nullable(string),
    matchingAcls: array({
      errorCode: int16,
      errorMessage: nullable(string),
      resourceType: int8,
      resourceName: string,
      patternType: int8.in("1+").default(3),
      principal: string,
      host: string,
      operation: int8,
      permissionType: int8,
    }),
  }),
});
export type DeleteAclsResponse = Infer<typeof DeleteAclsResponse>;

/** API 31. */
export const DeleteAcls = api(31, "DeleteAcls", { request: DeleteAclsRequest, response: DeleteAclsResponse, throttleFrom: 1 });
