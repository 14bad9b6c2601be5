import { int8, message, nullable, string, type Infer } from "../../schema/index.js";

/** One key of a configuration, set or removed. */
export const ConfigRecord = message("ConfigRecord", { versions: "0", flexible: "0+", recordType: 4 }, () => ({
  /** The kind of the resource: 2 topic, 4 broker, 16 client metrics, 32 group. */
  resourceType: int8,
  /** The name of the resource. */
  resourceName: string,
  /** The configuration's key. */
  name: string,
  /** The value, or null. */
  value: nullable(string),
}));
export type ConfigRecord = Infer<typeof ConfigRecord>;
