import { array, int16, int32, message, uuid, type Infer } from "../../schema/index.js";

const voterFields = {
  voterId: int32,
  voterDirectoryId: uuid.in("1+"),
};

export const LeaderChangeMessage = message("LeaderChangeMessage", { versions: "0-1", flexible: "0+" }, {
  version: int16,
  leaderId: int32,
  voters: array(voterFields),
  grantingVoters: array(voterFields),
});
export type LeaderChangeMessage = Infer<typeof LeaderChangeMessage>;
