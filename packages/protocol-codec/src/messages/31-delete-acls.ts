import { api, array, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of DeleteAcls. */
export const DeleteAclsRequest = message("DeleteAclsRequest", { versions: "1-3", flexible: "2+" }, () => ({
  /** The filters whose matching rules are deleted. */
  filters: array({
    /**
     * The kind of the resource to match: 1 any, 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token,
     * 7 user.
     */
    resourceTypeFilter: int8,
    /** The name of the resource to match, or null for any. */
    resourceNameFilter: nullable(string),
    /** How the resource's name is meant: 1 any, 2 all that match, 3 literally, 4 as a prefix. */
    patternTypeFilter: int8.in("1+").default(3),
    /** The principal to match, or null for any. */
    principalFilter: nullable(string),
    /** The address to match, or null for any. */
    hostFilter: nullable(string),
    /** The operation to match; 1 for any. */
    operation: int8,
    /** What the rule does: 1 any, 2 denies, 3 allows. */
    permissionType: int8,
  }),
}));
export type DeleteAclsRequest = Infer<typeof DeleteAclsRequest>;

/** The response of DeleteAcls. */
export const DeleteAclsResponse = message("DeleteAclsResponse", { versions: "1-3", flexible: "2+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32,
  /** What became of each filter. */
  filterResults: array({
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string),
    /** The rules that the filter met. */
    matchingAcls: array({
      /** Kafka's error code; 0 for none. */
      errorCode: int16,
      /** The broker's words on the error, or null. */
      errorMessage: nullable(string),
      /** The kind of the resource: 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token, 7 user. */
      resourceType: int8,
      /** The name of the resource. */
      resourceName: string,
      /** How the resource's name is meant: 3 literally, 4 as a prefix. */
      patternType: int8.in("1+").default(3),
      /** The principal to whom the rule applies, as `type:name`. */
      principal: string,
      /** The address from which the rule applies, `*` for any. */
      host: string,
      /**
       * The operation: 2 all, 3 read, 4 write, 5 create, 6 delete, 7 alter, 8 describe, 9 cluster action, 10 describe
       * configs, 11 alter configs, 12 idempotent write, 13 create tokens, 14 describe tokens, 15 two-phase commit.
       */
      operation: int8,
      /** What the rule does: 2 denies, 3 allows. */
      permissionType: int8,
    }),
  }),
}));
export type DeleteAclsResponse = Infer<typeof DeleteAclsResponse>;

/** Deletes the access rules that match filters. */
export const DeleteAcls = api(31, "DeleteAcls", {
  request: DeleteAclsRequest,
  response: DeleteAclsResponse,
  throttleFrom: 1,
});
