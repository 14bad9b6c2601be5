import { array, int32, int64, int8, message, nullable, uuid, type Infer } from "../../schema/index.js";

/** A change of a broker's registration. */
export const BrokerRegistrationChangeRecord = message(
  "BrokerRegistrationChangeRecord",
  { versions: "0-3", flexible: "0+", recordType: 17 },
  () => ({
    /** The broker's node id. */
    brokerId: int32,
    /** The epoch of the broker's registration. */
    brokerEpoch: int64,
    /** -1 if the broker was unfenced, 0 for no change, 1 if it was fenced off. */
    fenced: int8.tag(0, "0+"),
    /** 0 for no change, 1 if the broker is about to shut down. */
    inControlledShutdown: int8.in("1+").tag(1, "1+"),
    /** The broker's log directories. */
    logDirs: array(uuid).in("2+").tag(2, "2+"),
    /** The log directories that take no new replicas; null for no change. */
    cordonedLogDirs: nullable(array(uuid)).in("3+").default(null).tag(3, "3+"),
  }),
);
export type BrokerRegistrationChangeRecord = Infer<typeof BrokerRegistrationChangeRecord>;
