import { int32, int64, message, type Infer } from "../../schema/index.js";

export const ProducerIdsRecord = message("ProducerIdsRecord", { versions: "0", flexible: "0+", recordType: 15 }, {
  brokerId: int32,
  brokerEpoch: int64.default(-1n),
  nextProducerId: int64,
});
export type ProducerIdsRecord = Infer<typeof ProducerIdsRecord>;
