import { message, nullable, string, type Infer } from "../../schema/index.js";

/** Begins a transaction of metadata records. */
export const BeginTransactionRecord = message(
  "BeginTransactionRecord",
  { versions: "0", flexible: "0+", recordType: 23 },
  () => ({
    /** What the transaction is for, or null. */
    name: nullable(string).default(null).tag(0, "0+"),
  }),
);
export type BeginTransactionRecord = Infer<typeof BeginTransactionRecord>;
