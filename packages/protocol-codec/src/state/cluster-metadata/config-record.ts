import { int8, message, nullable, string, type Infer } from "../../schema/index.js";

export const ConfigRecord = message("ConfigRecord", { versions: "0", flexible: "0+", recordType: 4 }, {
  resourceType: int8,
  resourceName: string,
  name: string,
  value: nullable(string),
});
export type ConfigRecord = Infer<typeof ConfigRecord>;
