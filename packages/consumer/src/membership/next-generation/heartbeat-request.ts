import type { ConsumerGroupHeartbeatRequest } from "@moldau/protocol-codec";
import { unsupportedPattern } from "./refusals.js";
import { byTopicId, type OwnedPartition } from "./target.js";

/** Who heartbeats. */
export interface HeartbeatMember {
  readonly groupId: string;
  readonly memberId: string;
  /** The epoch of the member; 0 to join, -1 to leave, -2 when a static member leaves for a while. */
  readonly memberEpoch: number;
  readonly instanceId: string | null;
}

/** What the coordinator has to know of a member, and remembers. */
export interface HeartbeatFacts {
  readonly rackId: string | null;
  readonly rebalanceTimeoutMs: number;
  readonly topics: readonly string[];
  /** The pattern whose topics are wanted beside those; undefined for none. */
  readonly pattern: string | undefined;
  /** The assignor that is wished for; null for the group's own. */
  readonly assignor: string | null;
  /** Another object whenever something else is owned, or the same is owned as the answer to another target. */
  readonly owned: readonly OwnedPartition[];
}

/** The first version that knows of patterns. */
const patternsFrom = 1;

/**
 * Writes a heartbeat: what has changed since `told`, and all there is when nothing was told, or it is not known what of it has arrived.
 *
 * @throws {KafkaError} UNSUPPORTED_VERSION for a pattern, where the coordinator does not know any.
 */
export function heartbeatRequest(
  member: HeartbeatMember,
  facts: HeartbeatFacts,
  { told, version }: { readonly told: HeartbeatFacts | undefined; readonly version: number },
): ConsumerGroupHeartbeatRequest {
  if (facts.pattern !== undefined && version < patternsFrom) throw unsupportedPattern(member.groupId);
  const isNews = (name: keyof HeartbeatFacts): boolean => told === undefined || told[name] !== facts[name];
  // The text of no pattern is empty; it has to be said only when there was one.
  const saysPattern = facts.pattern !== told?.pattern;
  return {
    ...heartbeatOf(member),
    rackId: isNews("rackId") ? facts.rackId : null,
    rebalanceTimeoutMs: isNews("rebalanceTimeoutMs") ? facts.rebalanceTimeoutMs : -1,
    subscribedTopicNames: isNews("topics") ? [...facts.topics] : null,
    subscribedTopicRegex: saysPattern ? (facts.pattern ?? "") : null,
    serverAssignor: isNews("assignor") ? facts.assignor : null,
    topicPartitions: isNews("owned") ? byTopicId(facts.owned) : null,
  };
}

/** Writes the farewell: only who says it. */
export function farewell(member: HeartbeatMember): ConsumerGroupHeartbeatRequest {
  return heartbeatOf(member);
}

/** A heartbeat that says nothing but that the member lives. */
function heartbeatOf(member: HeartbeatMember): ConsumerGroupHeartbeatRequest {
  return {
    ...member,
    rackId: null,
    rebalanceTimeoutMs: -1,
    subscribedTopicNames: null,
    subscribedTopicRegex: null,
    serverAssignor: null,
    topicPartitions: null,
  };
}
