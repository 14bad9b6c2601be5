import { ErrorCode } from "@moldau/protocol-codec";
import { Draft, refusal } from "./draft.js";
import type { ConsumerHeartbeatEvent, ConsumerRules, ConsumerStep, Origin } from "./events.js";
import { memberOf, writeFacts } from "./membership.js";
import { updatePatterns } from "./patterns.js";
import { sortedNames } from "./records.js";
import { memberEpochs, type ConsumerGroup, type ConsumerMember } from "./state.js";
import { stepTowards } from "./step-towards.js";
import { updateTarget } from "./target.js";
import { sameEpoched, toWire } from "./topic-partitions.js";
import { lookAtTopics } from "./topics-seen.js";
import { upgrade } from "./upgrade.js";

/**
 * A member joins, or says that it lives and what has become of it: takes over what is new of it, has the target worked out when it is due, and
 * takes the member a step towards it. Throws a CoordinatorError with Kafka's sentence when it cannot be.
 */
export function heartbeat(origin: Origin, event: ConsumerHeartbeatEvent, rules: ConsumerRules): ConsumerStep {
  const joins = event.memberEpoch === memberEpochs.join;
  const draft = groupFor(origin, joins, rules);
  checkRoom(draft.group, event.memberId, rules);
  const memberId = event.memberId === "" ? event.newMemberId : event.memberId;
  const known = memberOf(draft, { memberId, groupInstanceId: event.instanceId, joins, standing: event });
  const member = updated(known, event);
  const readsOthers = writeFacts(draft, known, member);
  const pattern = updatePatterns(draft, { known, member, mayDescribe: event.mayDescribe }, rules);
  const mustBump = readsOthers || pattern === "changedAndResolved";
  if (mustBump || rules.topicsChanged(draft.before.epoch)) lookAtTopics(draft, mustBump, rules);
  updateTarget(draft, rules);
  const reported = { hasChangedTopics: readsOthers || pattern !== "none", owned: event.topicPartitions };
  const moved = stepTowards(draft, member, { reported, rules });
  draft.command(
    { type: "setDeadline", deadline: { type: "session", memberId }, delayMs: rules.sessionTimeoutMs },
    { type: "answer", ticket: event.ticket, answer: answerTo(event, { known, moved, rules }) },
  );
  return draft.step;
}

/** The group that a member wants to be in, which it may make, or take over from the classic protocol. Throws GROUP_ID_NOT_FOUND. */
function groupFor(origin: Origin, joins: boolean, rules: ConsumerRules): Draft {
  const { groupId } = rules;
  if (origin.type === "consumer") return new Draft(groupId, origin.group);
  if (joins) return origin.type === "none" ? new Draft(groupId) : upgrade(origin.group, rules);
  throw refusal(
    ErrorCode.GROUP_ID_NOT_FOUND,
    origin.type === "none" ? `Consumer group ${groupId} not found.` : `Group ${groupId} is not a consumer group.`,
  );
}

/** Throws GROUP_MAX_SIZE_REACHED when somebody new comes into a full group. */
export function checkRoom({ members }: ConsumerGroup, memberId: string, { maxSize }: ConsumerRules): void {
  if (members.size >= maxSize && !members.has(memberId))
    throw refusal(
      ErrorCode.GROUP_MAX_SIZE_REACHED,
      `The consumer group has reached its maximum capacity of ${maxSize} members.`,
    );
}

/** The member with what the request says of it; what it does not say is as before. */
function updated(known: ConsumerMember, event: ConsumerHeartbeatEvent): ConsumerMember {
  return {
    ...known,
    groupInstanceId: event.instanceId ?? known.groupInstanceId,
    rackId: event.rackId ?? known.rackId,
    rebalanceTimeoutMs: event.rebalanceTimeoutMs === -1 ? known.rebalanceTimeoutMs : event.rebalanceTimeoutMs,
    serverAssignor: event.serverAssignor ?? known.serverAssignor,
    topics: event.subscribedTopicNames === null ? known.topics : sortedNames(event.subscribedTopicNames),
    pattern: event.subscribedTopicRegex ?? known.pattern,
    clientId: event.clientId,
    clientHost: event.clientHost,
    classic: null,
  };
}

/** The assignment is in the answer when the member asks for all (it joins, or says everything of itself), or when it is another one. */
function answerTo(
  {
    memberEpoch,
    rebalanceTimeoutMs,
    subscribedTopicNames,
    subscribedTopicRegex,
    topicPartitions,
  }: ConsumerHeartbeatEvent,
  {
    known,
    moved,
    rules,
  }: { readonly known: ConsumerMember; readonly moved: ConsumerMember; readonly rules: ConsumerRules },
) {
  const saysAll =
    rebalanceTimeoutMs !== -1 &&
    (subscribedTopicNames !== null || subscribedTopicRegex !== null) &&
    topicPartitions !== null;
  const isTold = memberEpoch === memberEpochs.join || saysAll || !sameEpoched(known.assigned, moved.assigned);
  return {
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    memberId: moved.memberId,
    memberEpoch: moved.epoch,
    heartbeatIntervalMs: rules.heartbeatIntervalMs,
    assignment: isTold ? { topicPartitions: toWire(moved.assigned) } : null,
  };
}
