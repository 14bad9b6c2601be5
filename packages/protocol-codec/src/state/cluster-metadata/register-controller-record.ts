import { array, bool, int16, int32, message, string, uint16, uuid, type Infer } from "../../schema/index.js";

/** A controller's registration. */
export const RegisterControllerRecord = message(
  "RegisterControllerRecord",
  { versions: "0", flexible: "0+", recordType: 27 },
  () => ({
    /** The node id of the controller, -1 when it is not known. */
    controllerId: int32,
    /** An id that is new with every start of the process. */
    incarnationId: uuid,
    /** Whether the controllers were ready for the migration from ZooKeeper. */
    zkMigrationReady: bool,
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
  }),
);
export type RegisterControllerRecord = Infer<typeof RegisterControllerRecord>;
