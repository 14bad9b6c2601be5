import { array, int16, int32, int64, message, uint32, type Infer } from "../../schema/index.js";

export const ProducerSnapshot = message("ProducerSnapshot", { versions: "1", flexible: "none" }, {
  crc: uint32.in("1"),
  producerEntries: array({
    producerId: int64.in("1"),
    epoch: int16.in("1"),
    lastSequence: int32.in("1"),
    lastOffset: int64.in("1"),
    offsetDelta: int32.in("1"),
    timestamp: int64.in("1"),
    coordinatorEpoch: int32.in("1"),
    currentTxnFirstOffset: int64.in("1"),
  }).in("1"),
});
export type ProducerSnapshot = Infer<typeof ProducerSnapshot>;
