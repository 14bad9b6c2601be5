import { api, array, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

export const DeleteGroupsRequest = message("DeleteGroupsRequest", { versions: "0-3", flexible: "2+" }, {
  groupsNames: array(string),
});
export type DeleteGroupsRequest = Infer<typeof DeleteGroupsRequest>;

export const DeleteGroupsResponse = message("DeleteGroupsResponse", { versions: "0-3", flexible: "2+" }, {
  throttleTimeMs: int32,
  results: array({
    groupId: string,
    errorCode: int16,
    errorMessage: nullable(string).in("3+").default(null).ignorable,
  }),
});
export type DeleteGroupsResponse = Infer<typeof DeleteGroupsResponse>;

/** API 42. */
export const DeleteGroups = api(42, "DeleteGroups", { request: DeleteGroupsRequest, response: DeleteGroupsResponse, throttleFrom: 1 });
