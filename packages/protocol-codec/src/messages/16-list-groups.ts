import { api, array, int16, int32, message, string, type Infer } from "../schema/index.js";

/** The request of ListGroups. */
export const ListGroupsRequest = message("ListGroupsRequest", { versions: "0-5", flexible: "3+" }, () => ({
  /** Only groups in these states; empty for any. */
  statesFilter: array(string).in("4+"),
  /** Only groups of these types; empty for any. */
  typesFilter: array(string).in("5+"),
}));
export type ListGroupsRequest = Infer<typeof ListGroupsRequest>;

/** The response of ListGroups. */
export const ListGroupsResponse = message("ListGroupsResponse", { versions: "0-5", flexible: "3+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32.in("1+").ignorable,
  /** Kafka's error code; 0 for none. */
  errorCode: int16,
  /** The groups. */
  groups: array({
    /** The group id. */
    groupId: string,
    /** The kind of the group, `consumer` for consumers. */
    protocolType: string,
    /** The state of the group, by name. */
    groupState: string.in("4+").ignorable,
    /** The type of the group: classic, consumer, share or streams. */
    groupType: string.in("5+").ignorable,
  }),
}));
export type ListGroupsResponse = Infer<typeof ListGroupsResponse>;

/** Lists the groups of one coordinator. */
export const ListGroups = api(16, "ListGroups", {
  request: ListGroupsRequest,
  response: ListGroupsResponse,
  throttleFrom: 2,
});
