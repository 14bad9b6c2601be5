import {
  array,
  bool,
  int16,
  int32,
  int64,
  message,
  nullable,
  string,
  uint16,
  uuid,
  type Infer,
} from "../../schema/index.js";

/** A broker's registration. */
export const RegisterBrokerRecord = message(
  "RegisterBrokerRecord",
  { versions: "0-4", flexible: "0+", recordType: 0 },
  () => ({
    /** The broker's node id. */
    brokerId: int32,
    /** Whether the broker was on its way from ZooKeeper to KRaft. */
    isMigratingZkBroker: bool.in("2+"),
    /** An id that is new with every start of the process. */
    incarnationId: uuid,
    /** The epoch of the broker's registration. */
    brokerEpoch: int64,
    /** Where the node listens. */
    endPoints: array({
      /** The name of the listener. */
      name: string,
      /** The host name or address. */
      host: string,
      /** The port. */
      port: uint16,
      /** How the listener is secured: 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL. */
      securityProtocol: int16,
    }),
    /** The features that the node supports, with their versions. */
    features: array({
      /** The name of the feature. */
      name: string,
      /** The oldest version that is supported. */
      minSupportedVersion: int16,
      /** The newest version that is supported. */
      maxSupportedVersion: int16,
    }),
    /** The rack of the broker, or null. */
    rack: nullable(string),
    /** Whether the broker is fenced off. */
    fenced: bool.default(true),
    /** Whether the broker is about to shut down. */
    inControlledShutdown: bool.in("1+"),
    /** The broker's log directories. */
    logDirs: array(uuid).in("3+").tag(0, "3+"),
    /** The log directories that take no new replicas. */
    cordonedLogDirs: nullable(array(uuid)).in("4+").default(null).tag(1, "4+"),
  }),
);
export type RegisterBrokerRecord = Infer<typeof RegisterBrokerRecord>;
