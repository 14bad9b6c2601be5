import { int32, int64, message, type Infer } from "../../schema/index.js";

/** A block of producer ids given out to a broker. */
export const ProducerIdsRecord = message(
  "ProducerIdsRecord",
  { versions: "0", flexible: "0+", recordType: 15 },
  () => ({
    /** The broker's node id. */
    brokerId: int32,
    /** The epoch of the broker's registration. */
    brokerEpoch: int64.default(-1n),
    /** The first producer id that is not given out yet. */
    nextProducerId: int64,
  }),
);
export type ProducerIdsRecord = Infer<typeof ProducerIdsRecord>;
