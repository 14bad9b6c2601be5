import type { KafkaError, Uuid } from "@moldau/protocol-codec";
import {
  emptyTarget,
  isSameTarget,
  nameable,
  nameless,
  without,
  type OwnedPartition,
  type Target,
  type TopicNames,
} from "./target.js";

/*
 * The life of a member under the next-generation protocol (KIP-848). The coordinator says by heartbeats what the member is to have, its
 * target; the member brings itself there and says so by the next heartbeat.
 *
 *            start              answered (the first target)
 *   outside ───────▶ joining ────────────────────────────────────▶ acknowledging ◀────────────────┐
 *      ▲              ▲  ▲                                           │    ▲                       │
 *      │              │  │                              acknowledged │    │ revoked, or nothing   │ named: what had
 *      │              │  │            ┌──────────────────────────────┤    │ is to be revoked      │ no name is added
 *      │              │  │            │ that was the whole target    │    │                       │
 *      │              │  │            ▼         answered             ▼    │                       │
 *      │              │  │         stable ────────────────────▶ reconciling ──────────────────────┘
 *      │              │  │            │     (another target)         │
 *      │              │  └── expelled (everything is lost) ──────────┤
 *      │ left         ▼                                              │
 *      └────────── leaving ◀──────────── leave, from everywhere ─────┘          failed: from every live state; start begins anew
 *
 * Heartbeats go on in all of joining, acknowledging, stable and reconciling, one at a time. What Java's client calls fenced and stale takes
 * no time here, since losing partitions waits for nobody, and are transitions therefore.
 */

/** What a member is while the group counts it among its own. */
export interface InGroup {
  /** What the coordinator counts its changes by; it refuses what comes under another one. */
  readonly epoch: number;
  /** What is read from. */
  readonly owned: readonly OwnedPartition[];
  /** What the coordinator wants: another object whenever that is something else. */
  readonly target: Target;
  /** The names that are known of topics in the target. */
  readonly names: TopicNames;
}

/** Where a member stands; each state carries only what exists in it. */
export type MemberState =
  /** Not in the group. */
  | { readonly name: "outside" }
  /** Asking to be taken into the group; nothing is owned. */
  | { readonly name: "joining" }
  /** On the way to another target: partitions are being given up, or, when there are none of these, topics are waiting for their names. */
  | ({ readonly name: "reconciling"; readonly revoking: readonly OwnedPartition[] } & InGroup)
  /** There, as far as it can be; the next heartbeat says what is owned. `settled` is the target that it answers. */
  | ({ readonly name: "acknowledging"; readonly settled: Target } & InGroup)
  /** What is owned is what the coordinator wants, and it knows that. */
  | ({ readonly name: "stable" } & InGroup)
  /** The farewell is under way. */
  | { readonly name: "leaving" }
  /** Over, until started again. */
  | { readonly name: "failed"; readonly error: KafkaError };

/** What happens to a member. */
export type MemberEvent =
  | { readonly type: "start" }
  /** A heartbeat was answered; without `target` the coordinator wants what it wanted before. `names` are those known of its topics. */
  | {
      readonly type: "answered";
      readonly epoch: number;
      readonly target: Target | undefined;
      readonly names: TopicNames;
    }
  /** Names of topics were found. */
  | { readonly type: "named"; readonly names: TopicNames }
  /** What {@link MemberCommand} `revoke` asked for has been done. */
  | { readonly type: "revoked" }
  /** A heartbeat that says what is owned goes out. */
  | { readonly type: "acknowledged" }
  /** The coordinator does not know this member, or not with its epoch. */
  | { readonly type: "expelled" }
  | { readonly type: "failed"; readonly error: KafkaError }
  | { readonly type: "leave" }
  | { readonly type: "left" };

/** What is to be done about it. */
export type MemberCommand =
  /** Send the first heartbeat, with all that the coordinator has to know. */
  | { readonly type: "join" }
  /** Let the application finish, commit, give these up; answer with the event `revoked`. */
  | { readonly type: "revoke"; readonly partitions: readonly OwnedPartition[] }
  /** These are owned from now on; none when the group has nothing for a member that has just joined. */
  | { readonly type: "add"; readonly partitions: readonly OwnedPartition[] }
  /** Say what is owned by a heartbeat, as soon as none is under way; answer with the event `acknowledged`. */
  | { readonly type: "acknowledge" }
  /** Find the names of these topics; answer with the event `named`. It replaces an earlier command of this kind. */
  | { readonly type: "find"; readonly topics: readonly Uuid[] }
  /** No heartbeat goes out any more. */
  | { readonly type: "fallSilent" }
  /** These belong to others by now: drop them without a commit. */
  | { readonly type: "lose"; readonly partitions: readonly OwnedPartition[] }
  | { readonly type: "leave" }
  | { readonly type: "fail"; readonly error: KafkaError };

/** The state after an event, and what has to be done. */
export type MemberTransition = readonly [state: MemberState, commands: readonly MemberCommand[]];

/** Where every member begins. */
export const outside: MemberState = { name: "outside" };

/** Says what an event means in a state. An event that means nothing there (an answer that came too late) changes nothing. */
export function transition(state: MemberState, event: MemberEvent): MemberTransition {
  switch (event.type) {
    case "start":
      return state.name === "outside" || state.name === "failed" ? join() : [state, []];
    case "answered":
      return answered(state, event);
    case "named":
      return named(state, event.names);
    case "revoked":
      return revoked(state);
    case "acknowledged":
      return acknowledged(state);
    case "expelled":
      if (state.name === "joining") return join();
      return isInGroup(state) ? join([lose(state)]) : [state, []];
    case "failed":
      return over(state, { name: "failed", error: event.error }, { type: "fail", error: event.error });
    case "leave":
      return over(state, { name: "leaving" }, { type: "leave" });
    case "left":
      return state.name === "leaving" ? [outside, []] : [state, []];
  }
}

/** Whether the group counts the member among its own, so that it may commit. */
export function isInGroup(state: MemberState): state is Extract<MemberState, InGroup> {
  return state.name === "reconciling" || state.name === "acknowledging" || state.name === "stable";
}

function join(before: readonly MemberCommand[] = []): MemberTransition {
  return [{ name: "joining" }, [...before, { type: "join" }]];
}

function lose({ owned }: InGroup): MemberCommand {
  return { type: "lose", partitions: owned };
}

function over(state: MemberState, next: MemberState, command: MemberCommand): MemberTransition {
  if (state.name === "joining") return [next, [{ type: "fallSilent" }, command]];
  return isInGroup(state) ? [next, [{ type: "fallSilent" }, lose(state), command]] : [state, []];
}

function answered(
  state: MemberState,
  { epoch, target: wanted, names }: MemberEvent & { type: "answered" },
): MemberTransition {
  if (state.name === "joining") {
    const [next, commands] = reconcile({ epoch, owned: [], target: wanted ?? emptyTarget, names });
    // Whoever waits for the first assignment hears of it also when there is nothing to read.
    return [
      next,
      commands.some(({ type }) => type === "add") ? commands : [{ type: "add", partitions: [] }, ...commands],
    ];
  }
  // Epochs only go up: an answer that says otherwise is not about what this member is now.
  if (!isInGroup(state) || epoch < state.epoch) return [state, []];
  const known = new Map([...state.names, ...names]);
  if (wanted === undefined || isSameTarget(wanted, state.target)) return named({ ...state, epoch }, known);
  const standing = { ...state, epoch, target: wanted, names: known };
  // What was begun comes to its end first; then the target of that time is reconciled.
  const isBusy = standing.name === "acknowledging" || (standing.name === "reconciling" && standing.revoking.length > 0);
  return isBusy ? [standing, []] : reconcile(standing);
}

function named(state: MemberState, names: TopicNames): MemberTransition {
  if (!isInGroup(state)) return [state, []];
  const standing = { ...state, names: new Map([...state.names, ...names]) };
  const isWaiting = standing.name === "reconciling" && standing.revoking.length === 0;
  return isWaiting && hasNews(standing) ? reconcile(standing) : [standing, []];
}

/** Whether more of the target could be owned, by the names that are known. */
function hasNews({ owned, target, names }: InGroup): boolean {
  return without(nameable(target, names), owned).length > 0;
}

function revoked(state: MemberState): MemberTransition {
  if (state.name !== "reconciling" || state.revoking.length === 0) return [state, []];
  return reconcile({ ...state, owned: without(state.owned, state.revoking) });
}

function acknowledged(state: MemberState): MemberTransition {
  if (state.name !== "acknowledging") return [state, []];
  const { epoch, owned, target, names } = state;
  const standing = { epoch, owned, target, names };
  if (state.settled !== target || hasNews(standing)) return reconcile(standing);
  if (nameless(target, names).length > 0) return [{ name: "reconciling", revoking: [], ...standing }, []];
  return [{ name: "stable", ...standing }, []];
}

/** Goes towards the target of the moment: what is not in it any more is given up first, and only then is anything added. */
function reconcile({ epoch, owned, target, names: known }: InGroup): MemberTransition {
  const names = namesOf({ owned, target, names: known });
  const wanted = nameable(target, names);
  const revoking = without(owned, wanted);
  const unknown = nameless(target, names);
  const find: readonly MemberCommand[] = unknown.length > 0 ? [{ type: "find", topics: unknown }] : [];
  const standing = { epoch, target, names };
  if (revoking.length > 0)
    return [{ name: "reconciling", ...standing, owned, revoking }, [...find, { type: "revoke", partitions: revoking }]];
  const added = without(wanted, owned);
  const add: readonly MemberCommand[] = added.length > 0 ? [{ type: "add", partitions: added }] : [];
  return [
    { name: "acknowledging", ...standing, owned: [...owned, ...added], settled: target },
    [...find, ...add, { type: "acknowledge" }],
  ];
}

/** The names that are still of use. What is owned has its name, also when the cluster's metadata has forgotten the topic. */
function namesOf({ owned, target, names }: Omit<InGroup, "epoch">): TopicNames {
  const known = new Map([...names, ...owned.map(({ topicId, topic }) => [topicId.toString(), topic] as const)]);
  return new Map(
    target.flatMap(({ topicId }) => {
      const name = known.get(topicId.toString());
      return name === undefined ? [] : [[topicId.toString(), name] as const];
    }),
  );
}
