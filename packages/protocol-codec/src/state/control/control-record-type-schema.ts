import { int16, message, type Infer } from "../../schema/index.js";

export const ControlRecordTypeSchema = message("ControlRecordTypeSchema", { versions: "0", flexible: "none" }, {
  type: int16,
});
export type ControlRecordTypeSchema = Infer<typeof ControlRecordTypeSchema>;
