import { int16, message, type Infer } from "../../schema/index.js";

/** The control record that sets the version of the KRaft protocol. */
export const KRaftVersionRecord = message("KRaftVersionRecord", { versions: "0", flexible: "0+" }, () => ({
  /** The version of this schema, kept in the record itself. */
  version: int16,
  /** The version of the KRaft protocol. */
  kRaftVersion: int16,
}));
export type KRaftVersionRecord = Infer<typeof KRaftVersionRecord>;
