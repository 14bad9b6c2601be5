import { array, int32, int64, int8, message, nullable, uuid, type Infer } from "../../schema/index.js";

export const BrokerRegistrationChangeRecord = message("BrokerRegistrationChangeRecord", { versions: "0-3", flexible: "0+", recordType: 17 }, {
  brokerId: int32,
  brokerEpoch: int64,
  fenced: int8.tag(0, "0+"),
  inControlledShutdown: int8.in("1+").tag(1, "1+"),
  logDirs: array(uuid).in("2+").tag(2, "2+"),
  cordonedLogDirs: nullable(array(uuid)).in("3+").default(null).tag(3, "3+"),
});
export type BrokerRegistrationChangeRecord = Infer<typeof BrokerRegistrationChangeRecord>;
