import { api, array, int16, int32, message, string, type Infer } from "../schema/index.js";

export const ListGroupsRequest = message("ListGroupsRequest", { versions: "0-5", flexible: "3+" }, {
  statesFilter: array(string).in("4+"),
  typesFilter: array(string).in("5+"),
});
export type ListGroupsRequest = Infer<typeof ListGroupsRequest>;

export const ListGroupsResponse = message("ListGroupsResponse", { versions: "0-5", flexible: "3+" }, {
  throttleTimeMs: int32.in("1+").ignorable,
  errorCode: int16,
  groups: array({
    groupId: string,
    protocolType: string,
    groupState: string.in("4+").ignorable,
    groupType: string.in("5+").ignorable,
  }),
});
export type ListGroupsResponse = Infer<typeof ListGroupsResponse>;

/** API 16. */
export const ListGroups = api(16, "ListGroups", { request: ListGroupsRequest, response: ListGroupsResponse, throttleFrom: 2 });
