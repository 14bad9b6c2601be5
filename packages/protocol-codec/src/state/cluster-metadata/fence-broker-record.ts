import { int32, int64, message, type Infer } from "../../schema/index.js";

/** Fences a broker off (before BrokerRegistrationChangeRecord). */
export const FenceBrokerRecord = message("FenceBrokerRecord", { versions: "0", flexible: "0+", recordType: 7 }, () => ({
  /** The broker's node id. */
  id: int32,
  /** The epoch of the broker's registration. */
  epoch: int64,
}));
export type FenceBrokerRecord = Infer<typeof FenceBrokerRecord>;
