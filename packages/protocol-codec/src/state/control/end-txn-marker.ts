import { int32, message, type Infer } from "../../schema/index.js";

export const EndTxnMarker = message("EndTxnMarker", { versions: "0", flexible: "none" }, {
  coordinatorEpoch: int32,
});
export type EndTxnMarker = Infer<typeof EndTxnMarker>;
