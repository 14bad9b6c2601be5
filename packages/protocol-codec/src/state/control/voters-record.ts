import { array, int16, int32, message, string, struct, uint16, uuid, type Infer } from "../../schema/index.js";

export const VotersRecord = message("VotersRecord", { versions: "0", flexible: "0+" }, {
  version: int16,
  voters: array({
    voterId: int32,
    voterDirectoryId: uuid,
    endpoints: array({
      name: string,
      host: string,
      port: uint16,
    }),
    kRaftVersionFeature: struct({
      minSupportedVersion: int16,
      maxSupportedVersion: int16,
    }),
  }),
});
export type VotersRecord = Infer<typeof VotersRecord>;
