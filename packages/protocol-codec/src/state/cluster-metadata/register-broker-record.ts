import { array, bool, int16, int32, int64, message, nullable, string, uint16, uuid, type Infer } from "../../schema/index.js";

export const RegisterBrokerRecord = message("RegisterBrokerRecord", { versions: "0-4", flexible: "0+", recordType: 0 }, {
  brokerId: int32,
  isMigratingZkBroker: bool.in("2+"),
  incarnationId: uuid,
  brokerEpoch: int64,
  endPoints: array({
    name: string,
    host: string,
    port: uint16,
    securityProtocol: int16,
  }),
  features: array({
    name: string,
    minSupportedVersion: int16,
    maxSupportedVersion: int16,
  }),
  rack: nullable(string),
  fenced: bool.default(true),
  inControlledShutdown: bool.in("1+"),
  logDirs: array(uuid).in("3+").tag(0, "3+"),
  cordonedLogDirs: nullable(array(uuid)).in("4+").default(null).tag(1, "4+"),
});
export type RegisterBrokerRecord = Infer<typeof RegisterBrokerRecord>;
