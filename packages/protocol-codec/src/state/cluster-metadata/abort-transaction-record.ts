import { message, nullable, string, type Infer } from "../../schema/index.js";

/** Ends a transaction of metadata records without effect. */
export const AbortTransactionRecord = message(
  "AbortTransactionRecord",
  { versions: "0", flexible: "0+", recordType: 25 },
  () => ({
    /** Why it is done, for the broker's log; or null. */
    reason: nullable(string).default(null).tag(0, "0+"),
  }),
);
export type AbortTransactionRecord = Infer<typeof AbortTransactionRecord>;
