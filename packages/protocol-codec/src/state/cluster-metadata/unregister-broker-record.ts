import { int32, int64, message, type Infer } from "../../schema/index.js";

/** Removes a broker's registration. */
export const UnregisterBrokerRecord = message(
  "UnregisterBrokerRecord",
  { versions: "0", flexible: "0+", recordType: 1 },
  () => ({
    /** The broker's node id. */
    brokerId: int32,
    /** The epoch of the broker's registration. */
    brokerEpoch: int64,
  }),
);
export type UnregisterBrokerRecord = Infer<typeof UnregisterBrokerRecord>;
