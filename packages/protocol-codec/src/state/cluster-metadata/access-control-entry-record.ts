import { int8, message, string, uuid, type Infer } from "../../schema/index.js";

export const AccessControlEntryRecord = message("AccessControlEntryRecord", { versions: "0", flexible: "0+", recordType: 18 }, {
  id: uuid,
  resourceType: int8,
  resourceName: string,
  patternType: int8,
  principal: string,
  host: string,
  operation: int8,
  permissionType: int8,
});
export type AccessControlEntryRecord = Infer<typeof AccessControlEntryRecord>;
