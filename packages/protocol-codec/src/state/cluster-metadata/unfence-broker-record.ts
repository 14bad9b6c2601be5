import { int32, int64, message, type Infer } from "../../schema/index.js";

export const UnfenceBrokerRecord = message("UnfenceBrokerRecord", { versions: "0", flexible: "0+", recordType: 8 }, {
  id: int32,
  epoch: int64,
});
export type UnfenceBrokerRecord = Infer<typeof UnfenceBrokerRecord>;
