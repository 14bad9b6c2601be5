import { ErrorCode } from "@moldau/protocol-codec";
import { refusal } from "./draft.js";
import type { Standing } from "./records.js";
import { isOwned, type ConsumerGroup, type ConsumerMember } from "./state.js";
import {
  containsAny,
  noPartitions,
  type EpochedPartitions,
  type TopicPartitions,
  type WirePartitions,
} from "./topic-partitions.js";

/** Where a member is to go, and what it said of itself on the way. */
export interface Reconciliation {
  /** The group as it is: who else has a partition. */
  readonly group: ConsumerGroup;
  readonly targetEpoch: number;
  readonly target: TopicPartitions;
  /** Ids of the topics that it reads: of others it is to have nothing, even if the target, which may be older, says so. */
  readonly subscribed: ReadonlySet<string>;
  /** Whether it has just changed what it reads. */
  readonly hasChangedTopics: boolean;
  /** What it says that it has; null when it did not say. */
  readonly owned: WirePartitions | null;
}

/**
 * The next step of a member towards its target: give up what is not in it, then take what is free, then wait for the rest. The member
 * itself when there is nothing to be done yet. Throws FENCED_MEMBER_EPOCH for a member in a state that only a later Kafka knows.
 */
export function reconcile(member: ConsumerMember, towards: Reconciliation): ConsumerMember {
  switch (member.state) {
    case "stable":
      if (member.epoch !== towards.targetEpoch) return nextStep(member, towards);
      return towards.hasChangedTopics ? withoutUnsubscribed(member, towards) : member;
    case "unrevokedPartitions":
      if (!stillHas(member.toRevoke, towards)) return nextStep(member, towards);
      return towards.hasChangedTopics ? withoutUnsubscribed(member, towards) : member;
    case "unreleasedPartitions":
      return nextStep(member, towards);
    case "unknown":
      if (towards.owned?.length !== 0)
        throw refusal(
          ErrorCode.FENCED_MEMBER_EPOCH,
          "The consumer group member is in a unknown state. The member must abandon all its partitions and rejoin.",
        );
      return nextStep(member, towards);
  }
}

/** Whether the member has partitions that it is to give up, as far as anybody knows: who does not say still has them. */
function stillHas(toRevoke: EpochedPartitions, { owned }: Reconciliation): boolean {
  return owned === null || containsAny(toRevoke, owned);
}

/** Takes the topics that the member no longer reads from it. Only that, because the target for what it reads now may still be to come. */
function withoutUnsubscribed(member: ConsumerMember, towards: Reconciliation): ConsumerMember {
  const kept = new Map(member.assigned);
  const toRevoke = new Map(member.toRevoke);
  for (const [topicId, epochs] of member.assigned) {
    if (towards.subscribed.has(topicId)) continue;
    kept.delete(topicId);
    toRevoke.set(topicId, new Map([...(toRevoke.get(topicId) ?? []), ...epochs]));
  }
  // Of a member that reads nothing any more Kafka writes even that it has nothing less than before.
  const readsNothing = towards.subscribed.size === 0 && member.toRevoke.size === 0;
  if (kept.size === member.assigned.size && !readsNothing) return member;
  const moved = { ...member, previousEpoch: member.epoch, assigned: kept };
  if (toRevoke.size === 0 || !stillHas(toRevoke, towards)) return moved;
  return { ...moved, state: "unrevokedPartitions", toRevoke };
}

function nextStep(member: ConsumerMember, towards: Reconciliation): ConsumerMember {
  const { kept, toRevoke, free, mustWait } = compare(member, towards);
  if (toRevoke.size > 0 && stillHas(toRevoke, towards))
    return inEpoch(member, member.epoch, { state: "unrevokedPartitions", assigned: kept, toRevoke });
  const assigned = new Map(kept);
  for (const [topicId, partitions] of free) {
    const epochs = [
      ...(kept.get(topicId) ?? []),
      ...Array.from(partitions, (each) => [each, towards.targetEpoch] as const),
    ];
    assigned.set(topicId, new Map(epochs));
  }
  const state = mustWait ? "unreleasedPartitions" : "stable";
  return inEpoch(member, towards.targetEpoch, { state, assigned, toRevoke: noPartitions });
}

/** What the member keeps, loses, can have at once; and whether others still have some of what it is to have. */
function compare(member: ConsumerMember, { group, target, subscribed }: Reconciliation) {
  const kept = new Map<string, ReadonlyMap<number, number>>();
  const toRevoke = new Map<string, ReadonlyMap<number, number>>();
  const free = new Map<string, ReadonlySet<number>>();
  let mustWait = false;
  for (const topicId of new Set([...target.keys(), ...member.assigned.keys()])) {
    const wanted: ReadonlySet<number> = (subscribed.has(topicId) ? target.get(topicId) : undefined) ?? new Set();
    const current = [...(member.assigned.get(topicId) ?? [])];
    put(kept, topicId, new Map(current.filter(([partition]) => wanted.has(partition))));
    put(toRevoke, topicId, new Map(current.filter(([partition]) => !wanted.has(partition))));
    const missing = [...wanted].filter((partition) => kept.get(topicId)?.has(partition) !== true);
    const obtainable = missing.filter((partition) => isFree(group, member, { topicId, partition }));
    if (obtainable.length < missing.length) mustWait = true;
    put(free, topicId, new Set(obtainable));
  }
  return { kept, toRevoke, free, mustWait };
}

/** What the member itself is giving up is free for it. */
function isFree(
  group: ConsumerGroup,
  { toRevoke }: ConsumerMember,
  { topicId, partition }: { readonly topicId: string; readonly partition: number },
): boolean {
  return toRevoke.get(topicId)?.has(partition) === true || !isOwned(group, topicId, partition);
}

function inEpoch(
  member: ConsumerMember,
  epoch: number,
  standing: Pick<Standing, "state" | "assigned" | "toRevoke">,
): ConsumerMember {
  return { ...member, ...standing, epoch, previousEpoch: member.epoch };
}

function put<Value extends { readonly size: number }>(entries: Map<string, Value>, key: string, value: Value): void {
  if (value.size > 0) entries.set(key, value);
}
