import { api, array, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

export const CreateAclsRequest = message("CreateAclsRequest", { versions: "1-3", flexible: "2+" }, {
  creations: array({
    resourceType: int8,
    resourceName: string,
    resourcePatternType: int8.in("1+").default(3),
    principal: string,
    host: string,
    operation: int8,
    permissionType: int8,
  }),
});
export type CreateAclsRequest = Infer<typeof CreateAclsRequest>;

export const CreateAclsResponse = message("CreateAclsResponse", { versions: "1-3", flexible: "2+" }, {
  throttleTimeMs: int32,
  results: array({
    errorCode: int16,
    errorMessage: nullable(string),
  }),
});
export type CreateAclsResponse = Infer<typeof CreateAclsResponse>;

/** API 30. */
export const CreateAcls = api(30, "CreateAcls", { request: CreateAclsRequest, response: CreateAclsResponse, throttleFrom: 1 });
