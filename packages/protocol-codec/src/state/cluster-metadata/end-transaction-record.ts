import { message, type Infer } from "../../schema/index.js";

/** Ends a transaction of metadata records. */
export const EndTransactionRecord = message(
  "EndTransactionRecord",
  { versions: "0", flexible: "0+", recordType: 24 },
  () => ({}),
);
export type EndTransactionRecord = Infer<typeof EndTransactionRecord>;
