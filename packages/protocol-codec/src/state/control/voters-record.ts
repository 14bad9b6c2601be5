import { array, int16, int32, message, string, struct, uint16, uuid, type Infer } from "../../schema/index.js";

/** The control record that sets the voters of the quorum. */
export const VotersRecord = message("VotersRecord", { versions: "0", flexible: "0+" }, () => ({
  /** The version of this schema, kept in the record itself. */
  version: int16,
  /** The voters. */
  voters: array({
    /** The node id of the voter. */
    voterId: int32,
    /** The log directory of the voter. */
    voterDirectoryId: uuid,
    /** Where the voter listens. */
    endpoints: array({
      /** The name of the listener. */
      name: string,
      /** The host name or address. */
      host: string,
      /** The port. */
      port: uint16,
    }),
    /** The versions of the KRaft protocol that the voter supports. */
    kRaftVersionFeature: struct({
      /** The oldest version that is supported. */
      minSupportedVersion: int16,
      /** The newest version that is supported. */
      maxSupportedVersion: int16,
    }),
  }),
}));
export type VotersRecord = Infer<typeof VotersRecord>;
