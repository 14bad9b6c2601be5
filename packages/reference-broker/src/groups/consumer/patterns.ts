import { compilePattern } from "@moldau/protocol-codec/internal";
import { ErrorCode } from "@moldau/protocol-codec";
import { refusal, type Draft } from "./draft.js";
import type { ConsumerHeartbeatEvent, ConsumerRules } from "./events.js";
import { sortedNames } from "./records.js";
import type { ConsumerGroup, ConsumerMember, ResolvedPattern } from "./state.js";
import { hashOfTopics, subscribedPatterns } from "./subscriptions.js";
import type { TopicCatalogue } from "./topic-catalogue.js";
import { seeTopics } from "./topics-seen.js";

/** What became of a member's pattern. */
export type PatternChange =
  | "none"
  /** It has another one, and what it stands for is still to be looked up: the target can wait for that. */
  | "changed"
  /** It has another one that others subscribe to as well, or none any more: the target has to be worked out anew. */
  | "changedAndResolved";

/** How long the patterns of a group are left as they are at least, in milliseconds, whatever happens to topics. Not configurable in Kafka either. */
const leastRefreshIntervalMs = 10_000;

/**
 * Takes over a member's pattern, and has the group's patterns looked up when that is due: one of them never was, topics were made since, or it
 * is long ago. Throws INVALID_REGULAR_EXPRESSION for one that is none.
 */
export function updatePatterns(
  draft: Draft,
  { known, member, mayDescribe }: PatternUpdate,
  rules: ConsumerRules,
): PatternChange {
  const change = known.pattern === member.pattern ? "none" : takeOver(draft, known.pattern, member.pattern);
  const before = subscribedPatterns(draft.before);
  const patterns = subscribedPatterns(draft.group);
  const anyNew = [...patterns.keys()].some((pattern) => !before.has(pattern));
  if (patterns.size > 0 && !rules.isResolving && isRefreshDue(draft.before, { patterns, anyNew }, rules))
    draft.command({ type: "resolvePatterns", patterns: [...patterns.keys()], mayDescribe });
  return change;
}

/** A member as it was, and as it is now. */
export interface PatternUpdate extends Pick<ConsumerHeartbeatEvent, "mayDescribe"> {
  readonly known: ConsumerMember;
  readonly member: ConsumerMember;
}

/** What patterns stand for, of the topics that there are now. */
export function resolvePatterns(
  patterns: readonly string[],
  catalogue: TopicCatalogue,
  { nowMs, mayDescribe }: { readonly nowMs: number; readonly mayDescribe: (topic: string) => boolean },
): ReadonlyMap<string, ResolvedPattern> {
  const names = [...catalogue.names()];
  return new Map(
    patterns.map((pattern) => {
      // One that was taken before is one still; what cannot be read stands for nothing.
      const matches = compilePattern(pattern) ?? (() => false);
      const topics = sortedNames(names.filter((name) => matches(name) && mayDescribe(name)));
      return [pattern, { topics, version: catalogue.version, resolvedAtMs: nowMs }];
    }),
  );
}

/** Takes over what patterns stand for; the group's epoch goes up when that is something else than before, or its topics are. */
export function takeResolved(draft: Draft, resolved: ReadonlyMap<string, ResolvedPattern>, rules: ConsumerRules): void {
  const subscribed = subscribedPatterns(draft.before);
  let isChanged = false;
  for (const [pattern, value] of resolved) {
    if (!subscribed.has(pattern)) continue;
    const topics = draft.before.patterns.get(pattern)?.topics ?? [];
    if (topics.length !== value.topics.length || topics.some((topic, index) => topic !== value.topics[index]))
      isChanged = true;
    draft.write({ kind: "consumerPattern", pattern, value });
  }
  const metadataHash = hashOfTopics(draft.group, rules.topics);
  if (!isChanged && metadataHash === draft.before.metadataHash) return;
  const epoch = draft.before.epoch + 1;
  draft.write({ kind: "consumerGroup", value: { epoch, metadataHash } });
  seeTopics(draft, epoch, rules);
}

function takeOver(draft: Draft, before: string | null, after: string | null): PatternChange {
  const subscribed = subscribedPatterns(draft.before);
  if (isSome(before) && subscribed.get(before) === 1)
    draft.write({ kind: "consumerPattern", pattern: before, value: null });
  if (!isSome(after)) return isSome(before) ? "changedAndResolved" : "changed";
  if (subscribed.has(after)) return draft.before.patterns.has(after) ? "changedAndResolved" : "changed";
  if (compilePattern(after) === undefined)
    throw refusal(
      ErrorCode.INVALID_REGULAR_EXPRESSION,
      `SubscribedTopicRegex \`${after}\` is not a valid regular expression.`,
    );
  return "changed";
}

function isRefreshDue(
  { patterns: resolved }: ConsumerGroup,
  { patterns, anyNew }: { readonly patterns: ReadonlyMap<string, number>; readonly anyNew: boolean },
  { nowMs, patternRefreshIntervalMs, topics }: ConsumerRules,
): boolean {
  const [last] = resolved.values();
  if (last === undefined) return true;
  if (nowMs <= last.resolvedAtMs + leastRefreshIntervalMs) return false;
  return (
    anyNew ||
    patterns.size !== resolved.size ||
    last.version < topics.lastNewTopics ||
    nowMs > last.resolvedAtMs + patternRefreshIntervalMs
  );
}

function isSome(pattern: string | null): pattern is string {
  return pattern !== null && pattern !== "";
}
