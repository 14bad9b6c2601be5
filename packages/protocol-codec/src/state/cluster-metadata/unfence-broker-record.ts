import { int32, int64, message, type Infer } from "../../schema/index.js";

/** Lets a broker in again (before BrokerRegistrationChangeRecord). */
export const UnfenceBrokerRecord = message(
  "UnfenceBrokerRecord",
  { versions: "0", flexible: "0+", recordType: 8 },
  () => ({
    /** The broker's node id. */
    id: int32,
    /** The epoch of the broker's registration. */
    epoch: int64,
  }),
);
export type UnfenceBrokerRecord = Infer<typeof UnfenceBrokerRecord>;
