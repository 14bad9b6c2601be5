import { int32, int64, message, type Infer } from "../../schema/index.js";

export const UnregisterBrokerRecord = message("UnregisterBrokerRecord", { versions: "0", flexible: "0+", recordType: 1 }, {
  brokerId: int32,
  brokerEpoch: int64,
});
export type UnregisterBrokerRecord = Infer<typeof UnregisterBrokerRecord>;
