import { message, nullable, string, type Infer } from "../../schema/index.js";

export const AbortTransactionRecord = message("AbortTransactionRecord", { versions: "0", flexible: "0+", recordType: 25 }, {
  reason: nullable(string).default(null).tag(0, "0+"),
});
export type AbortTransactionRecord = Infer<typeof AbortTransactionRecord>;
