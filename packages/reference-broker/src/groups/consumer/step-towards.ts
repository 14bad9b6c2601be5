import type { Draft } from "./draft.js";
import type { ConsumerRules } from "./events.js";
import { reconcile, type Reconciliation } from "./reconcile.js";
import type { Standing } from "./records.js";
import { isReconciled, targetOf, type ConsumerMember } from "./state.js";
import { subscribedIds } from "./subscriptions.js";
import { sameEpoched } from "./topic-partitions.js";

/** What a member's request says that matters to its next step. */
export type Reported = Pick<Reconciliation, "hasChangedTopics" | "owned">;

/**
 * Takes a member a step further towards the target, if there is one to take, and gives it a time limit for giving up partitions. Members of
 * the classic protocol have limits of their own for joining again.
 */
export function stepTowards(
  draft: Draft,
  member: ConsumerMember,
  { reported, rules }: { readonly reported: Reported; readonly rules: ConsumerRules },
): ConsumerMember {
  const { group } = draft;
  if (!reported.hasChangedTopics && isReconciled(member, group.targetEpoch)) return member;
  const next = reconcile(member, {
    group,
    targetEpoch: group.targetEpoch,
    target: targetOf(group, member),
    subscribed: subscribedIds(group, member, rules.topics),
    ...reported,
  });
  if (sameStanding(member, next)) return member;
  draft.write({ kind: "consumerCurrent", memberId: next.memberId, value: standingOf(next) });
  if (next.classic === null) limitRevocation(draft, next);
  return next;
}

/** What the log keeps of where a member stands. */
export function standingOf({ epoch, previousEpoch, state, assigned, toRevoke }: ConsumerMember): Standing {
  return { epoch, previousEpoch, state, assigned, toRevoke };
}

function limitRevocation(draft: Draft, { memberId, epoch, state, rebalanceTimeoutMs }: ConsumerMember): void {
  draft.command(
    state === "unrevokedPartitions"
      ? { type: "setDeadline", deadline: { type: "revocation", memberId, epoch }, delayMs: rebalanceTimeoutMs }
      : { type: "cancelDeadline", deadline: "revocation", memberId },
  );
}

function sameStanding(one: ConsumerMember, other: ConsumerMember): boolean {
  return (
    one === other ||
    (one.epoch === other.epoch &&
      one.previousEpoch === other.previousEpoch &&
      one.state === other.state &&
      sameEpoched(one.assigned, other.assigned) &&
      sameEpoched(one.toRevoke, other.toRevoke))
  );
}
