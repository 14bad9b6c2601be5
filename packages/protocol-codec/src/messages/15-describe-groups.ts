import { api, array, bool, bytes, int16, int32, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of DescribeGroups. */
export const DescribeGroupsRequest = message("DescribeGroupsRequest", { versions: "0-6", flexible: "5+" }, () => ({
  /** The groups. */
  groups: array(string),
  /** Whether to say which operations are allowed to the user. */
  includeAuthorizedOperations: bool.in("3+"),
}));
export type DescribeGroupsRequest = Infer<typeof DescribeGroupsRequest>;

/** The response of DescribeGroups. */
export const DescribeGroupsResponse = message("DescribeGroupsResponse", { versions: "0-6", flexible: "5+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32.in("1+").ignorable,
  /** The groups. */
  groups: array({
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string).in("6+").default(null),
    /** The group id. */
    groupId: string,
    /** The state of the group, by name. */
    groupState: string,
    /** The kind of the group, `consumer` for consumers. */
    protocolType: string,
    /** The assignor that the group has chosen. */
    protocolData: string,
    /** The members. */
    members: array({
      /** The id of the member. */
      memberId: string,
      /** The name of a static member, or null for a dynamic one. */
      groupInstanceId: nullable(string).in("4+").default(null).ignorable,
      /** The client id that the member states. */
      clientId: string,
      /** The address from which the member joined. */
      clientHost: string,
      /** The member's subscription as the embedded consumer protocol encodes it. */
      memberMetadata: bytes,
      /** The member's assignment as the embedded consumer protocol encodes it. */
      memberAssignment: bytes,
    }),
    /** The operations allowed to the user, a bit each; -2147483648 when they were not asked for. */
    authorizedOperations: int32.in("3+").default(-2147483648),
  }),
}));
export type DescribeGroupsResponse = Infer<typeof DescribeGroupsResponse>;

/** Describes classic groups: state, protocol, members. */
export const DescribeGroups = api(15, "DescribeGroups", {
  request: DescribeGroupsRequest,
  response: DescribeGroupsResponse,
  throttleFrom: 2,
});
