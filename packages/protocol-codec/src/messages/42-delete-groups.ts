import { api, array, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of DeleteGroups. */
export const DeleteGroupsRequest = message("DeleteGroupsRequest", { versions: "0-3", flexible: "2+" }, () => ({
  /** The groups to delete. */
  groupsNames: array(string),
}));
export type DeleteGroupsRequest = Infer<typeof DeleteGroupsRequest>;

/** The response of DeleteGroups. */
export const DeleteGroupsResponse = message("DeleteGroupsResponse", { versions: "0-3", flexible: "2+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32,
  /** The results, one for each item of the request. */
  results: array({
    /** The group id. */
    groupId: string,
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string).in("3+").default(null).ignorable,
  }),
}));
export type DeleteGroupsResponse = Infer<typeof DeleteGroupsResponse>;

/** Deletes groups that have no members, with their offsets. */
export const DeleteGroups = api(42, "DeleteGroups", {
  request: DeleteGroupsRequest,
  response: DeleteGroupsResponse,
  throttleFrom: 1,
});
