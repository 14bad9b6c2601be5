import {
  DecodeError,
  decodeSubscription,
  ErrorCode,
  Uuid,
  type ConsumerProtocolSubscription,
} from "@moldau/protocol-codec";
import { failedJoin, type JoinEvent } from "../classic/events.js";
import { becomeClassic, mayDowngradeBy } from "./downgrade.js";
import { Draft, refusal } from "./draft.js";
import type { ConsumerRules, ConsumerStep } from "./events.js";
import { checkRoom } from "./heartbeat.js";
import { memberOf, writeFacts } from "./membership.js";
import { updatePatterns } from "./patterns.js";
import { sortedNames } from "./records.js";
import { classicMemberCount, staticMember, type ConsumerGroup, type ConsumerMember } from "./state.js";
import { stepTowards, type Reported } from "./step-towards.js";
import { updateTarget } from "./target.js";
import type { TopicCatalogue } from "./topic-catalogue.js";
import type { WirePartitions } from "./topic-partitions.js";
import { lookAtTopics } from "./topics-seen.js";

/**
 * A member of the classic protocol joins a group of the consumer protocol, or joins again. It gets the group's first of its own protocols and
 * its member epoch as generation, and nobody to lead: the broker assigns. Throws a CoordinatorError when it may not join.
 */
export function classicJoin(group: ConsumerGroup, event: JoinEvent, rules: ConsumerRules): ConsumerStep {
  const { groupInstanceId, ticket } = event;
  const isNew = event.memberId === "";
  const memberId = isNew ? event.newMemberId : event.memberId;
  checkJoin(group, { ...event, memberId }, rules);
  if (isNew && groupInstanceId === null && event.requiresKnownMemberId)
    return {
      records: [],
      commands: [{ type: "answerJoin", ticket, answer: failedJoin(ErrorCode.MEMBER_ID_REQUIRED, memberId) }],
    };
  const draft = new Draft(rules.groupId, group);
  const replaced = staticMember(group, groupInstanceId);
  const joins = groupInstanceId === null || isNew;
  const known = memberOf(draft, { memberId, groupInstanceId, joins });
  const subscription = subscriptionOf(event);
  const member = updated(known, event, subscription);
  const readsOthers = writeFacts(draft, known, member);
  const pattern = updatePatterns(draft, { known, member, mayDescribe: () => true }, rules);
  const mustBump = readsOthers || pattern !== "none";
  if (mustBump || rules.topicsChanged(group.epoch)) lookAtTopics(draft, mustBump, rules);
  const reported = { hasChangedTopics: mustBump, owned: toWirePartitions(subscription, rules.topics) };
  const downgrades = replaced !== undefined && mayDowngradeBy(group, replaced, rules);
  const joined = downgrades ? stepDown(draft, member, { reported, rules }) : stepOn(draft, member, { reported, rules });
  if (!downgrades) draft.command(...limits(event, joined));
  draft.command({ type: "answerJoin", ticket, answer: answerTo(event, joined) });
  return draft.step;
}

function stepOn(draft: Draft, member: ConsumerMember, { reported, rules }: JoinStep): ConsumerMember {
  updateTarget(draft, rules);
  return stepTowards(draft, member, { reported, rules });
}

/** The next incarnation of the last member that read by the consumer protocol reads by the classic one: so does the group. */
function stepDown(draft: Draft, member: ConsumerMember, { reported, rules }: JoinStep): ConsumerMember {
  const { before, group } = draft;
  const rebalances = before.targetEpoch < group.epoch;
  const joined = rebalances ? member : stepTowards(draft, member, { reported, rules });
  const others = [...before.members.values()].filter(
    ({ groupInstanceId }) => groupInstanceId !== member.groupInstanceId,
  );
  becomeClassic(draft, { group: before, members: [...others, joined], rebalances }, rules);
  return joined;
}

interface JoinStep {
  readonly reported: Reported;
  readonly rules: ConsumerRules;
}

function checkJoin(group: ConsumerGroup, event: JoinEvent, rules: ConsumerRules): void {
  const { memberId, protocolType, protocols } = event;
  const { upgrade, downgrade } = rules.migration;
  if (!upgrade && !downgrade)
    throw refusal(
      ErrorCode.INCONSISTENT_GROUP_PROTOCOL,
      `Cannot join the consumer group ${rules.groupId} with the classic protocol because the group migration is disabled.`,
    );
  checkRoom(group, memberId, rules);
  const classicMembers = classicMemberCount(group);
  const isCommon = protocols.some(({ name }) => countOf(group, name) === classicMembers);
  if (protocolType !== "consumer" || !isCommon)
    throw refusal(ErrorCode.INCONSISTENT_GROUP_PROTOCOL, `Member ${memberId}'s protocols are not supported.`);
}

/** How many members of the classic protocol know an assignor. */
function countOf({ members }: ConsumerGroup, protocolName: string): number {
  let count = 0;
  for (const { classic } of members.values())
    if (classic?.protocols.some(({ name }) => name === protocolName) === true) count++;
  return count;
}

function subscriptionOf({ protocols }: JoinEvent): ConsumerProtocolSubscription {
  try {
    return decodeSubscription(protocols[0]?.metadata ?? Buffer.alloc(0));
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw refusal(
      ErrorCode.UNKNOWN_SERVER_ERROR,
      "Malformed embedded consumer protocol in subscription deserialization.",
    );
  }
}

function updated(
  known: ConsumerMember,
  event: JoinEvent,
  { topics, rackId }: ConsumerProtocolSubscription,
): ConsumerMember {
  return {
    ...known,
    groupInstanceId: event.groupInstanceId ?? known.groupInstanceId,
    rackId: rackId === null || rackId === "" ? known.rackId : rackId,
    rebalanceTimeoutMs: event.rebalanceTimeoutMs === -1 ? known.rebalanceTimeoutMs : event.rebalanceTimeoutMs,
    topics: sortedNames(topics),
    // The classic protocol has no patterns that a broker could look up.
    pattern: "",
    clientId: event.clientId,
    clientHost: event.clientHost,
    classic: { sessionTimeoutMs: event.sessionTimeoutMs, protocols: event.protocols },
  };
}

function toWirePartitions({ ownedPartitions }: ConsumerProtocolSubscription, topics: TopicCatalogue): WirePartitions {
  return ownedPartitions.flatMap(({ topic, partitions }) => {
    const id = topics.idOf(topic);
    return id === undefined ? [] : [{ topicId: Uuid.parse(id), partitions }];
  });
}

function limits({ sessionTimeoutMs, rebalanceTimeoutMs }: JoinEvent, { memberId }: ConsumerMember) {
  return [
    { type: "cancelDeadline", deadline: "join", memberId },
    { type: "setDeadline", deadline: { type: "session", memberId }, delayMs: sessionTimeoutMs },
    { type: "setDeadline", deadline: { type: "sync", memberId }, delayMs: rebalanceTimeoutMs },
  ] as const;
}

function answerTo({ protocols }: JoinEvent, { memberId, epoch }: ConsumerMember) {
  return {
    errorCode: ErrorCode.NONE,
    memberId,
    generationId: epoch,
    protocolType: "consumer",
    protocolName: protocols[0]?.name ?? "",
    leader: "",
    skipAssignment: false,
    members: [],
  };
}
