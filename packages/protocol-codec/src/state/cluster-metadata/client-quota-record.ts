import { array, bool, float64, message, nullable, string, type Infer } from "../../schema/index.js";

export const ClientQuotaRecord = message("ClientQuotaRecord", { versions: "0", flexible: "0+", recordType: 14 }, {
  entity: array({
    entityType: string,
    entityName: nullable(string),
  }),
  key: string,
  value: float64,
  remove: bool,
});
export type ClientQuotaRecord = Infer<typeof ClientQuotaRecord>;
