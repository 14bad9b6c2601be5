import { int64, message, type Infer } from "../../schema/index.js";

/** An entry of a segment's index of aborted transactions. */
export const AbortedTxn = message("AbortedTxn", { versions: "0", flexible: "none" }, () => ({
  /** The id of the producer, -1 for none. */
  producerId: int64,
  /** The offset of the transaction's first record. */
  firstOffset: int64,
  /** The offset of the marker that ended the transaction. */
  lastOffset: int64,
  /** The last stable offset when the transaction ended. */
  lastStableOffset: int64,
}));
export type AbortedTxn = Infer<typeof AbortedTxn>;
