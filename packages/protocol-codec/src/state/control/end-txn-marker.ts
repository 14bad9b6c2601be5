import { int32, message, type Infer } from "../../schema/index.js";

/** The value of the control record that ends a transaction. */
export const EndTxnMarker = message("EndTxnMarker", { versions: "0", flexible: "none" }, () => ({
  /** The epoch of the transaction coordinator. */
  coordinatorEpoch: int32,
}));
export type EndTxnMarker = Infer<typeof EndTxnMarker>;
