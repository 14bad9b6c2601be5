import { javaHashOrder } from "../java-hash-order.js";
import { groupHash } from "./metadata-hash.js";
import type { ConsumerGroup, ConsumerMember } from "./state.js";
import type { TopicCatalogue } from "./topic-catalogue.js";

/** The names of all topics that the members of a group read, by name or by pattern. */
export function subscribedTopics({ members, patterns }: ConsumerGroup): ReadonlySet<string> {
  const topics = new Set<string>();
  for (const member of members.values()) for (const topic of member.topics) topics.add(topic);
  for (const pattern of patterns.values()) for (const topic of pattern.topics) topics.add(topic);
  return topics;
}

/**
 * The ids of the topics that a member reads, of those that exist, in the order in which a Java set has their names; a pattern that was not
 * looked up yet stands for none.
 */
export function subscribedIds(
  { patterns }: ConsumerGroup,
  { topics, pattern }: ConsumerMember,
  catalogue: TopicCatalogue,
): ReadonlySet<string> {
  const ids = new Set<string>();
  const names = new Set([...topics, ...(patterns.get(pattern ?? "")?.topics ?? [])]);
  for (const name of javaHashOrder([...names])) {
    const id = catalogue.idOf(name);
    if (id !== undefined) ids.add(id);
  }
  return ids;
}

/** The patterns that members subscribe to, with the number of members for each. */
export function subscribedPatterns({ members }: ConsumerGroup): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { pattern } of members.values())
    if (pattern !== null && pattern !== "") counts.set(pattern, (counts.get(pattern) ?? 0) + 1);
  return counts;
}

/** Whether all members read the same topics, as far as that shows without looking at each topic: an assignor takes the short way then. */
export function isHomogeneous(group: ConsumerGroup): boolean {
  const { members, patterns } = group;
  const byPattern = subscribedPatterns(group);
  if (byPattern.size === 0) return everyoneReads(group);
  const [only] = byPattern;
  if (byPattern.size > 1 || only === undefined || only[1] !== members.size) return false;
  for (const member of members.values()) if (member.topics.length > 0) return false;
  return patterns.size <= 1;
}

/** The hash of the topics that a group reads, as they are now. */
export function hashOfTopics(group: ConsumerGroup, catalogue: TopicCatalogue): bigint {
  return groupHash(subscribedTopics(group), (topic) => catalogue.hashOf(topic));
}

function everyoneReads(group: ConsumerGroup): boolean {
  const counts = new Map<string, number>();
  for (const { topics } of group.members.values())
    for (const topic of topics) counts.set(topic, (counts.get(topic) ?? 0) + 1);
  for (const topic of subscribedTopics(group)) if (counts.get(topic) !== group.members.size) return false;
  return true;
}
