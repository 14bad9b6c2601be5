import type { AssignorInput, GroupMember } from "../assignor.js";
import { weighClaims, type MemberClaim } from "./claims.js";
import { shareEvenly, type StickyShares } from "./even-shares.js";
import { PartitionTable } from "./partition-table.js";
import { Racks } from "./racks.js";
import { shareUnevenly } from "./uneven-shares.js";

export type { StickyShares } from "./even-shares.js";

/**
 * Shares partitions out so that members keep as much as they can of what they had, as Kafka's AbstractStickyAssignor does.
 *
 * It differs where Kafka's class goes wrong: claims to partitions that do not exist are passed over (there they may have others
 * handed out twice), a member without any topic gets nothing, and a partition never goes back to an earlier owner that does not
 * want its topic any more.
 */
export function shareStickily(input: AssignorInput, claimOf: (member: GroupMember) => MemberClaim): StickyShares {
  const { members } = input;
  const table = new PartitionTable(input);
  const claims = weighClaims(members, table, claimOf);
  const racks = new Racks(input, table);
  return wantTheSame(members) ? shareEvenly(table, claims, racks) : shareUnevenly({ members, table, claims, racks });
}

function wantTheSame(members: readonly GroupMember[]): boolean {
  const [first] = members;
  const topics = new Set(first?.topics);
  return members.every(
    (member) => member.topics.length === topics.size && member.topics.every((each) => topics.has(each)),
  );
}
