import { array, bytes, int32, int64, message, nullable, string, type Infer } from "../../schema/index.js";

export const GroupMetadataKey = message("GroupMetadataKey", { versions: "0", flexible: "none", recordType: 2 }, {
  group: string.in("0"),
});
export type GroupMetadataKey = Infer<typeof GroupMetadataKey>;

const memberMetadataFields = {
  memberId: string,
  groupInstanceId: nullable(string).in("3+").default(null).ignorable,
  clientId: string,
  clientHost: string,
  rebalanceTimeout: int32.in("1+").default(-1).ignorable,
  sessionTimeout: int32,
  subscription: bytes,
  assignment: bytes,
};

export const GroupMetadataValue = message("GroupMetadataValue", { versions: "0-4", flexible: "4+", recordType: 2 }, {
  protocolType: string,
  generation: int32,
  protocol: nullable(string),
  leader: nullable(string),
  currentStateTimestamp: int64.in("2+").default(-1n).ignorable,
  members: array(memberMetadataFields),
});
export type GroupMetadataValue = Infer<typeof GroupMetadataValue>;
