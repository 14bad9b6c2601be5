import { int8, message, string, uuid, type Infer } from "../../schema/index.js";

/** An access rule. */
export const AccessControlEntryRecord = message(
  "AccessControlEntryRecord",
  { versions: "0", flexible: "0+", recordType: 18 },
  () => ({
    /** The id of the rule. */
    id: uuid,
    /** The kind of the resource: 2 topic, 3 group, 4 cluster, 5 transactional id, 6 delegation token, 7 user. */
    resourceType: int8,
    /** The name of the resource. */
    resourceName: string,
    /** How the resource's name is meant: 3 literally, 4 as a prefix. */
    patternType: int8,
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
);
export type AccessControlEntryRecord = Infer<typeof AccessControlEntryRecord>;
