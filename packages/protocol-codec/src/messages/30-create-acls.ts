import { api, array, int16, int32, int8, message, nullable, string, type Infer } from "../schema/index.js";

/** The request of CreateAcls. */
export const CreateAclsRequest = message("CreateAclsRequest", { versions: "1-3", flexible: "2+" }, () => ({
  /** The rules to create. */
  creations: array({
    /** The kind of the resource: 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token, 7 user. */
    resourceType: int8,
    /** The name of the resource. */
    resourceName: string,
    /** How the resource's name is meant: 3 literally, 4 as a prefix. */
    resourcePatternType: int8.in("1+").default(3),
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
}));
export type CreateAclsRequest = Infer<typeof CreateAclsRequest>;

/** The response of CreateAcls. */
export const CreateAclsResponse = message("CreateAclsResponse", { versions: "1-3", flexible: "2+" }, () => ({
  /** For how long the client is to hold back because of a quota; 0 for not at all. */
  throttleTimeMs: int32,
  /** The results, one for each item of the request. */
  results: array({
    /** Kafka's error code; 0 for none. */
    errorCode: int16,
    /** The broker's words on the error, or null. */
    errorMessage: nullable(string),
  }),
}));
export type CreateAclsResponse = Infer<typeof CreateAclsResponse>;

/** Creates access rules. */
export const CreateAcls = api(30, "CreateAcls", {
  request: CreateAclsRequest,
  response: CreateAclsResponse,
  throttleFrom: 1,
});
