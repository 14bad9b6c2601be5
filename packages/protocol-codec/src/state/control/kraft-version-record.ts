import { int16, message, type Infer } from "../../schema/index.js";

export const KRaftVersionRecord = message("KRaftVersionRecord", { versions: "0", flexible: "0+" }, {
  version: int16,
  kRaftVersion: int16,
});
export type KRaftVersionRecord = Infer<typeof KRaftVersionRecord>;
