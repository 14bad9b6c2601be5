import type { BrokerEvents, GroupMemberEvent, MemberLeftEvent } from "../../events.js";
import type { ConsumerChange } from "./consumer-groups.js";
import type { ConsumerEvent } from "./events.js";
import { memberEpochs, stateOf, type ConsumerGroup, type ConsumerMember } from "./state.js";

/** Tells the broker's listeners what became of a group; what nobody listens to is not worked out. */
export function tellConsumerChange(events: BrokerEvents, broker: number, change: ConsumerChange): void {
  if (events.isHeard("memberJoined") || events.isHeard("memberLeft")) tellMembers(events, broker, change);
  if (events.isHeard("groupChanged")) tellState(events, broker, change);
}

/** Members come and go with what they do themselves; a group that changes its protocol keeps them. */
function tellMembers(
  events: BrokerEvents,
  broker: number,
  { groupId, before, after, carriedOver, by }: ConsumerChange,
): void {
  const factsOf = ({ memberId, groupInstanceId, clientId, clientHost }: ConsumerMember): GroupMemberEvent => ({
    broker,
    groupId,
    memberId,
    groupInstanceId,
    clientId,
    clientHost: clientHost.replace(/^\//, ""),
  });
  const moves = ({ memberId }: ConsumerMember): boolean => !carriedOver.has(memberId);
  for (const member of missingIn(after, before).filter(moves))
    events.memberLeft({ ...factsOf(member), reason: reasonOf(by) });
  for (const member of missingIn(before, after).filter(moves)) events.memberJoined(factsOf(member));
}

function tellState(events: BrokerEvents, broker: number, { groupId, before, after, assignor }: ConsumerChange): void {
  if (after === undefined) return;
  const state = stateOf(after);
  if (before !== undefined && stateOf(before) === state && before.epoch === after.epoch) return;
  events.groupChanged({
    broker,
    groupId,
    state,
    generation: after.epoch,
    protocol: state === "Empty" ? null : assignor,
    members: [...after.members.keys()],
  });
}

/** The members of `group` that are not in `others`; one that left for a while counts as gone. */
function missingIn(others: ConsumerGroup | undefined, group: ConsumerGroup | undefined): readonly ConsumerMember[] {
  return [...(group?.members.values() ?? [])].filter(
    (member) => isThere(member) && !isThere(others?.members.get(member.memberId)),
  );
}

function isThere(member: ConsumerMember | undefined): boolean {
  return member !== undefined && member.epoch !== memberEpochs.leaveForAWhile;
}

/** Why a member is gone, by what happened to the group. */
function reasonOf(by: ConsumerEvent): MemberLeftEvent["reason"] {
  if (by.type === "deadline") return by.deadline.type === "session" ? "sessionExpired" : "missedRebalance";
  const isReplaced = by.type === "join" || (by.type === "consumerHeartbeat" && by.memberEpoch === memberEpochs.join);
  return isReplaced ? "replaced" : "left";
}
