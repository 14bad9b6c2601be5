import { array, int16, int32, int64, message, uint32, type Infer } from "../../schema/index.js";

/** The producers that a partition remembers, as in its .snapshot files. */
export const ProducerSnapshot = message("ProducerSnapshot", { versions: "1", flexible: "none" }, () => ({
  /** CRC-32C of everything behind it. */
  crc: uint32.in("1"),
  /** The producers that the partition remembers. */
  producerEntries: array({
    /** The id of the producer, -1 for none. */
    producerId: int64.in("1"),
    /** The producer's epoch. */
    epoch: int16.in("1"),
    /** The producer's last sequence number, -1 for none. */
    lastSequence: int32.in("1"),
    /** The offset of the producer's last record, -1 for none. */
    lastOffset: int64.in("1"),
    /** How far the last batch's last offset is from its first. */
    offsetDelta: int32.in("1"),
    /** When the producer last wrote, in milliseconds since 1970. */
    timestamp: int64.in("1"),
    /** The epoch of the transaction coordinator. */
    coordinatorEpoch: int32.in("1"),
    /** The first offset of the open transaction, -1 for none. */
    currentTxnFirstOffset: int64.in("1"),
  }).in("1"),
}));
export type ProducerSnapshot = Infer<typeof ProducerSnapshot>;
