import { int32, int64, message, type Infer } from "../../schema/index.js";

export const FenceBrokerRecord = message("FenceBrokerRecord", { versions: "0", flexible: "0+", recordType: 7 }, {
  id: int32,
  epoch: int64,
});
export type FenceBrokerRecord = Infer<typeof FenceBrokerRecord>;
