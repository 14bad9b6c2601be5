import type { KafkaError } from "@moldau/protocol-codec";
import { partitionKey, type TopicPartition } from "../partitions/topic-partition.js";

/** What Kafka writes for a member that has had no round, or whose last one is of no account. */
const noGeneration = -1;

/*
 * The life of a member of a classic group:
 *
 *              start                 joined                 synced
 *   unjoined ─────────▶ joining ──────────────▶ syncing ───────────────▶ stable ◀─ heartbeats ─┐
 *      ▲                │ ▲ ▲ ▲  memberIdRequired │ │                      │ │ └──────────────┘
 *      │                │ │ │ └───(same state)    │ │ synced, and something│ │ rebalance, and something
 *      │                │ │ │     rebalance       │ │ has to go            │ │ has to go first
 *      │                │ │ └─────────────────────┘ └───────▶ revoking ◀───┘ │
 *      │                │ │           revoked                 │ (heartbeats  │ rebalance
 *      │                │ └───────────────────────────────────┘   go on)     │
 *      │                │ ◀──────────────────────────────────────────────────┘
 *      │                │ ◀── expelled (all that is owned is lost): from syncing, stable, revoking, and joining itself
 *      │ left           ▼ leave (from every live state)
 *      └──────────── leaving ◀── named, or nothing came of it ── withdrawing: left before the coordinator had said under which id it counts it
 *
 *      failed: from every live state; start begins anew
 *
 * What has to go before the member joins again is everything under the eager protocol, and under the cooperative one (KIP-429) only what is no
 * longer subscribed to. There what is kept stays owned, and is read, while the member joins and syncs; what the group did not give it again goes
 * after that, and then it joins once more, so that others can have it.
 */

/** Whether members give everything up before they join again, or go on with what they keep. */
export type RebalanceProtocol = "eager" | "cooperative";

/** A member that the coordinator knows, and the round of the group that it belongs to. */
export interface RoundMember {
  readonly memberId: string;
  /** The round; every rebalance makes a new one. Commits and heartbeats of an older round are refused by the coordinator. */
  readonly generationId: number;
}

/** What one round of the group settled for this member, before the partitions are known. */
export interface MemberRound extends RoundMember {
  /** The assignor that the group agreed on. */
  readonly protocolName: string;
  /** Whether this member shares the partitions out. */
  readonly isLeader: boolean;
}

/** Where a member stands; each state carries only what exists in it. */
export type MemberState =
  /** Not in the group; a member id may be left from before. */
  | { readonly name: "unjoined"; readonly memberId: string }
  /** JoinGroup is under way. */
  | ({ readonly name: "joining" } & Claim)
  /** SyncGroup is under way. */
  | ({ readonly name: "syncing"; readonly owned: Partitions } & MemberRound)
  /** The round is settled. */
  | ({ readonly name: "stable"; readonly owned: Partitions } & MemberRound)
  /** `going` is still read by the application, which finishes what it has in hand of it; what is done is committed. `owned` is kept. */
  | ({ readonly name: "revoking"; readonly owned: Partitions; readonly going: Partitions } & MemberRound)
  /** On the way out, but JoinGroup is under way, and its answer says who it is that leaves: unnamed, a member would be waited for in vain. */
  | { readonly name: "withdrawing"; readonly reason: string }
  /** LeaveGroup is under way. */
  | { readonly name: "leaving"; readonly memberId: string }
  /** Over, until started again. */
  | { readonly name: "failed"; readonly error: KafkaError };

type Partitions = readonly TopicPartition[];

/** What a member says of itself when it joins. */
export interface Claim {
  readonly memberId: string;
  /** The last round that it had a part in (KIP-792), -1 when it had none, or none that counts. */
  readonly generationId: number;
  /** What it has and goes on with: nothing under the eager protocol. */
  readonly owned: Partitions;
}

/** What happens to a member. */
export type MemberEvent =
  | { readonly type: "start" }
  /** The coordinator gave a member id and wants to see it in a second JoinGroup (KIP-394). */
  | { readonly type: "memberIdRequired"; readonly memberId: string }
  | {
      readonly type: "joined";
      readonly round: MemberRound;
      readonly members: readonly JoinedMember[];
      readonly skipAssignment: boolean;
    }
  /** What the round gave to this member. What of it is `unwanted`, since the subscription changed meanwhile, is not taken if it is new. */
  | { readonly type: "synced"; readonly assigned: Partitions; readonly unwanted: Partitions }
  /** The leader could not share out: the round gave nothing to anybody. */
  | { readonly type: "unshared"; readonly error: KafkaError }
  /** The group rebalances, or this member wants it to; of what it owns, `unwanted` is not subscribed to any more. */
  | { readonly type: "rebalance"; readonly unwanted: Partitions }
  /** What {@link MemberCommand} `revoke` asked for has been done. `unwanted` as for `rebalance`. */
  | { readonly type: "revoked"; readonly unwanted: Partitions }
  /** The coordinator does not know this member, or not in this round; `forgotten` when the member id is worthless too. */
  | { readonly type: "expelled"; readonly forgotten: boolean }
  | { readonly type: "failed"; readonly error: KafkaError }
  /** `awaitsId`: the coordinator may have given the member an id that has not come here yet. */
  | { readonly type: "leave"; readonly reason: string; readonly awaitsId: boolean }
  | { readonly type: "left" };

/** Another member, as the leader learns of it; its subscription is still bytes. */
export interface JoinedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly metadata: Buffer;
}

/** What is to be done about it. */
export type MemberCommand =
  | { readonly type: "join"; readonly claim: Claim }
  | {
      readonly type: "sync";
      readonly round: MemberRound;
      readonly members: readonly JoinedMember[];
      readonly skipAssignment: boolean;
    }
  /** The round is settled: these partitions are new. */
  | { readonly type: "assign"; readonly added: Partitions; readonly round: MemberRound }
  | { readonly type: "startHeartbeats"; readonly member: RoundMember }
  | { readonly type: "stopHeartbeats" }
  /** There is no use in this group: what is done is to be committed, and the group left. */
  | { readonly type: "giveUp"; readonly error: KafkaError }
  /** Let the application finish, commit, give the partitions up; answer with the event `revoked`. */
  | { readonly type: "revoke"; readonly partitions: Partitions }
  /** The partitions belong to others by now: drop them without a commit. */
  | { readonly type: "lose"; readonly partitions: Partitions }
  | { readonly type: "leave"; readonly memberId: string; readonly reason: string }
  | { readonly type: "fail"; readonly error: KafkaError };

/** The state after an event, and what has to be done. */
export type MemberTransition = readonly [state: MemberState, commands: readonly MemberCommand[]];

/** Where every member begins. */
export const initialMemberState: MemberState = { name: "unjoined", memberId: "" };

/** Says what an event means in a state. An event that means nothing there (an answer that came too late) changes nothing. */
export function transition(state: MemberState, event: MemberEvent, protocol: RebalanceProtocol): MemberTransition {
  switch (event.type) {
    case "start":
      return start(state);
    case "leave":
      return leave(state, event);
    case "failed":
      return fail(state, event.error);
    case "expelled":
      return expel(state, event.forgotten);
    case "rebalance":
      return rebalance(state, event.unwanted, protocol);
    case "memberIdRequired":
      if (state.name === "withdrawing") return withdraw(state, event.memberId);
      return state.name === "joining" ? join(newcomer(event.memberId), ending(state)) : [state, []];
    case "joined":
      return joined(state, event);
    case "synced":
      return synced(state, event);
    case "unshared":
      return unshared(state, event.error);
    case "revoked":
      return revoked(state, event.unwanted, protocol);
    case "left":
      return state.name === "leaving" ? [initialMemberState, []] : [state, []];
  }
}

/** Whether the member has a part in a round that is settled, so that it must heartbeat. */
export function isInRound(state: MemberState): boolean {
  return state.name === "stable" || state.name === "revoking";
}

/**
 * What commits are made under; undefined when nothing may be committed. Whoever joins with partitions may commit for them under the last round
 * until the coordinator has made the next one; between JoinGroup and SyncGroup it refuses commits.
 */
export function standingOf(state: MemberState): RoundMember | undefined {
  if (!isInRound(state) && (state.name !== "joining" || state.owned.length === 0)) return undefined;
  return "generationId" in state ? { memberId: state.memberId, generationId: state.generationId } : undefined;
}

/** All partitions that the member has. */
export function partitionsOf(state: MemberState): Partitions {
  switch (state.name) {
    case "joining":
    case "syncing":
    case "stable":
      return state.owned;
    case "revoking":
      return [...state.owned, ...state.going];
    case "unjoined":
    case "withdrawing":
    case "leaving":
    case "failed":
      return [];
  }
}

function join(claim: Claim, before: readonly MemberCommand[] = []): MemberTransition {
  return [{ name: "joining", ...claim }, [...before, { type: "join", claim }]];
}

function newcomer(memberId: string): Claim {
  return { memberId, generationId: noGeneration, owned: [] };
}

function start(state: MemberState): MemberTransition {
  if (state.name === "unjoined") return join(newcomer(state.memberId));
  return state.name === "failed" ? join(newcomer("")) : [state, []];
}

function joined(
  state: MemberState,
  { round, members, skipAssignment }: MemberEvent & { type: "joined" },
): MemberTransition {
  if (state.name === "withdrawing") return withdraw(state, round.memberId);
  if (state.name !== "joining") return [state, []];
  const { owned } = state;
  return [{ name: "syncing", owned, ...round }, [{ type: "sync", round, members, skipAssignment }]];
}

function synced(state: MemberState, { assigned, unwanted }: MemberEvent & { type: "synced" }): MemberTransition {
  if (state.name !== "syncing") return [state, []];
  const { owned: before } = state;
  const round = roundOf(state);
  const added = without(assigned, [...before, ...unwanted]);
  const going = without(before, assigned);
  const owned = [...without(before, going), ...added];
  const commands: MemberCommand[] = [
    { type: "assign", added, round },
    { type: "startHeartbeats", member: { memberId: round.memberId, generationId: round.generationId } },
  ];
  if (going.length === 0) return [{ name: "stable", owned, ...round }, commands];
  return [{ name: "revoking", owned, going, ...round }, [...commands, { type: "revoke", partitions: going }]];
}

/** What was kept is there until the member leaves, so that it can commit. */
function unshared(state: MemberState, error: KafkaError): MemberTransition {
  if (state.name !== "syncing") return [state, []];
  const { owned } = state;
  const round = roundOf(state);
  const { memberId, generationId } = round;
  return [
    { name: "stable", owned, ...round },
    [
      { type: "startHeartbeats", member: { memberId, generationId } },
      { type: "giveUp", error },
    ],
  ];
}

function rebalance(state: MemberState, unwanted: Partitions, protocol: RebalanceProtocol): MemberTransition {
  // A JoinGroup under way asks for a rebalance already; while revoking, the next JoinGroup is on its way.
  if (state.name === "stable") return revokeOrJoin(state, protocol === "eager" ? state.owned : unwanted);
  if (state.name !== "syncing") return [state, []];
  const { memberId, generationId, owned } = state;
  return join({ memberId, generationId, owned });
}

function revoked(state: MemberState, unwanted: Partitions, protocol: RebalanceProtocol): MemberTransition {
  if (state.name !== "revoking") return [state, []];
  return revokeOrJoin(state, protocol === "eager" ? state.owned : unwanted);
}

/** Gives up what has to go before the member joins, and else joins. */
function revokeOrJoin(state: MemberRound & { readonly owned: Partitions }, unwanted: Partitions): MemberTransition {
  const owned = without(state.owned, unwanted);
  const going = without(state.owned, owned);
  const round = roundOf(state);
  const { memberId, generationId } = round;
  if (going.length === 0) return join({ memberId, generationId, owned }, [{ type: "stopHeartbeats" }]);
  return [{ name: "revoking", owned, going, ...round }, [{ type: "revoke", partitions: going }]];
}

function expel(state: MemberState, forgotten: boolean): MemberTransition {
  switch (state.name) {
    case "joining":
    case "syncing":
    case "stable":
    case "revoking":
      return join(newcomer(forgotten ? "" : state.memberId), ending(state));
    case "withdrawing":
      return withdraw(state, "");
    case "unjoined":
    case "leaving":
    case "failed":
      return [state, []];
  }
}

function leave(state: MemberState, { reason, awaitsId }: MemberEvent & { type: "leave" }): MemberTransition {
  switch (state.name) {
    case "joining":
    case "syncing":
    case "stable":
    case "revoking":
      if (awaitsId && state.memberId === "") return [{ name: "withdrawing", reason }, ending(state)];
      return [
        { name: "leaving", memberId: state.memberId },
        [...ending(state), { type: "leave", memberId: state.memberId, reason }],
      ];
    case "unjoined":
    case "withdrawing":
    case "leaving":
    case "failed":
      return [state, []];
  }
}

/** The farewell of a member that is known by this id by now, or, when it is empty, not known at all. */
function withdraw({ reason }: MemberState & { name: "withdrawing" }, memberId: string): MemberTransition {
  return [{ name: "leaving", memberId }, [{ type: "leave", memberId, reason }]];
}

function fail(state: MemberState, error: KafkaError): MemberTransition {
  switch (state.name) {
    case "joining":
    case "syncing":
    case "stable":
    case "revoking":
      return [{ name: "failed", error }, [...ending(state), { type: "fail", error }]];
    case "withdrawing":
      return withdraw(state, "");
    case "unjoined":
    case "leaving":
    case "failed":
      return [state, []];
  }
}

/** What ends with the member's part in the group. */
function ending(state: MemberState): MemberCommand[] {
  const partitions = partitionsOf(state);
  const commands: MemberCommand[] = isInRound(state) ? [{ type: "stopHeartbeats" }] : [];
  return partitions.length === 0 ? commands : [...commands, { type: "lose", partitions }];
}

function roundOf({ memberId, generationId, protocolName, isLeader }: MemberRound): MemberRound {
  return { memberId, generationId, protocolName, isLeader };
}

function without(partitions: Partitions, others: Partitions): Partitions {
  const left = new Set(others.map(({ topic, partition }) => partitionKey(topic, partition)));
  return partitions.filter(({ topic, partition }) => !left.has(partitionKey(topic, partition)));
}
