import { int64, message, type Infer } from "../../schema/index.js";

export const AbortedTxn = message("AbortedTxn", { versions: "0", flexible: "none" }, {
  producerId: int64,
  firstOffset: int64,
  lastOffset: int64,
  lastStableOffset: int64,
});
export type AbortedTxn = Infer<typeof AbortedTxn>;
