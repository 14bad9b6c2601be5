import { array, bool, float64, message, nullable, string, type Infer } from "../../schema/index.js";

/** A quota, set or removed. */
export const ClientQuotaRecord = message(
  "ClientQuotaRecord",
  { versions: "0", flexible: "0+", recordType: 14 },
  () => ({
    /** The entity, by kind and name. */
    entity: array({
      /** The kind of the entity: user, client-id or ip. */
      entityType: string,
      /** The name of the entity, or null for the default. */
      entityName: nullable(string),
    }),
    /** The quota's name. */
    key: string,
    /** The quota's value. */
    value: float64,
    /** Whether to remove the quota instead of setting it. */
    remove: bool,
  }),
);
export type ClientQuotaRecord = Infer<typeof ClientQuotaRecord>;
