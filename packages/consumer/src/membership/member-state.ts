import type { KafkaError } from "@moldau/protocol-codec";

/*
 * The life of a member of a classic group, eager rebalancing:
 *
 *              start                 joined                synced
 *   unjoined ─────────▶ joining ──────────────▶ syncing ──────────────▶ stable ◀─ heartbeats ─┐
 *      ▲                │  ▲  ▲ memberIdRequired │                        │ │  └──────────────┘
 *      │                │  │  └──(same state)    │ rebalance              │ │ rebalance
 *      │                │  ├─────────────────────┘                        │ ▼
 *      │                │  │                 revoked                      │ revoking  (heartbeats go on)
 *      │                │  ◀──────────────────────────────────────────────┼──┘  │
 *      │                │  ◀────────────── expelled (partitions are lost) ──────┘
 *      │ left           ▼ leave (from every live state)
 *      └──────────── leaving                      failed: from every live state; start begins anew
 */

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
  /** JoinGroup is under way; nothing is owned. */
  | { readonly name: "joining"; readonly memberId: string }
  /** SyncGroup is under way; nothing is owned. */
  | ({ readonly name: "syncing" } & MemberRound)
  /** Partitions are owned. */
  | ({ readonly name: "stable" } & MemberRound)
  /** Partitions are still owned, while the application finishes the message in hand and what is done is committed. */
  | ({ readonly name: "revoking" } & MemberRound)
  /** LeaveGroup is under way. */
  | { readonly name: "leaving"; readonly memberId: string }
  /** Over, until started again. */
  | { readonly name: "failed"; readonly error: KafkaError };

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
  | { readonly type: "synced"; readonly assignment: Buffer }
  /** The group rebalances, or this member wants it to. */
  | { readonly type: "rebalance" }
  /** What {@link MemberCommand} `revoke` asked for has been done. */
  | { readonly type: "revoked" }
  /** Partitions that were assigned or lost have been taken note of. */
  | { readonly type: "reconciled" }
  /** The coordinator does not know this member, or not in this round; `forgotten` when the member id is worthless too. */
  | { readonly type: "expelled"; readonly forgotten: boolean }
  | { readonly type: "failed"; readonly error: KafkaError }
  | { readonly type: "leave"; readonly reason: string }
  | { readonly type: "left" };

/** Another member, as the leader learns of it; its subscription is still bytes. */
export interface JoinedMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly metadata: Buffer;
}

/** What is to be done about it. */
export type MemberCommand =
  | { readonly type: "join"; readonly memberId: string }
  | {
      readonly type: "sync";
      readonly round: MemberRound;
      readonly members: readonly JoinedMember[];
      readonly skipAssignment: boolean;
    }
  | { readonly type: "assign"; readonly assignment: Buffer; readonly round: MemberRound }
  | { readonly type: "startHeartbeats"; readonly member: RoundMember }
  | { readonly type: "stopHeartbeats" }
  /** Let the application finish, commit, give the partitions up; answer with the event `revoked`. */
  | { readonly type: "revoke" }
  /** The partitions belong to others by now: drop them without a commit. */
  | { readonly type: "lose" }
  | { readonly type: "leave"; readonly memberId: string; readonly reason: string }
  | { readonly type: "fail"; readonly error: KafkaError };

/** The state after an event, and what has to be done. */
export type MemberTransition = readonly [state: MemberState, commands: readonly MemberCommand[]];

/** Where every member begins. */
export const initialMemberState: MemberState = { name: "unjoined", memberId: "" };

/** Says what an event means in a state. An event that means nothing there (an answer that came too late) changes nothing. */
export function transition(state: MemberState, event: MemberEvent): MemberTransition {
  switch (event.type) {
    case "start":
      return start(state);
    case "leave":
      return leave(state, event.reason);
    case "failed":
      return fail(state, event.error);
    case "expelled":
      return expel(state, event.forgotten);
    case "rebalance":
      return rebalance(state);
    case "memberIdRequired":
      return state.name === "joining" ? join(event.memberId) : [state, []];
    case "joined":
      return joined(state, event);
    case "synced":
      return synced(state, event.assignment);
    case "revoked":
      return state.name === "revoking" ? join(state.memberId, [{ type: "stopHeartbeats" }]) : [state, []];
    case "reconciled":
      return [state, []];
    case "left":
      return state.name === "leaving" ? [{ name: "unjoined", memberId: "" }, []] : [state, []];
  }
}

/** Whether the member has a part in a round that is settled, so that it may commit and must heartbeat. */
export function isInRound(state: MemberState): boolean {
  return state.name === "stable" || state.name === "revoking";
}

function join(memberId: string, before: readonly MemberCommand[] = []): MemberTransition {
  return [{ name: "joining", memberId }, [...before, { type: "join", memberId }]];
}

function start(state: MemberState): MemberTransition {
  if (state.name === "unjoined") return join(state.memberId);
  return state.name === "failed" ? join("") : [state, []];
}

function joined(
  state: MemberState,
  { round, members, skipAssignment }: MemberEvent & { type: "joined" },
): MemberTransition {
  if (state.name !== "joining") return [state, []];
  return [{ name: "syncing", ...round }, [{ type: "sync", round, members, skipAssignment }]];
}

function synced(state: MemberState, assignment: Buffer): MemberTransition {
  if (state.name !== "syncing") return [state, []];
  const { memberId, generationId, protocolName, isLeader } = state;
  const round = { memberId, generationId, protocolName, isLeader };
  return [
    { name: "stable", ...round },
    [
      { type: "assign", assignment, round },
      { type: "startHeartbeats", member: { memberId, generationId } },
    ],
  ];
}

function rebalance(state: MemberState): MemberTransition {
  // A JoinGroup under way asks for a rebalance already; while revoking, the next JoinGroup is on its way.
  if (state.name === "stable") return [{ ...state, name: "revoking" }, [{ type: "revoke" }]];
  return state.name === "syncing" ? join(state.memberId) : [state, []];
}

function expel(state: MemberState, forgotten: boolean): MemberTransition {
  switch (state.name) {
    case "joining":
    case "syncing":
      return join(forgotten ? "" : state.memberId);
    case "stable":
    case "revoking":
      return join(forgotten ? "" : state.memberId, [{ type: "stopHeartbeats" }, { type: "lose" }]);
    case "unjoined":
    case "leaving":
    case "failed":
      return [state, []];
  }
}

function leave(state: MemberState, reason: string): MemberTransition {
  switch (state.name) {
    case "joining":
    case "syncing":
      return [{ name: "leaving", memberId: state.memberId }, [{ type: "leave", memberId: state.memberId, reason }]];
    case "stable":
    case "revoking":
      return [
        { name: "leaving", memberId: state.memberId },
        [{ type: "stopHeartbeats" }, { type: "lose" }, { type: "leave", memberId: state.memberId, reason }],
      ];
    case "unjoined":
    case "leaving":
    case "failed":
      return [state, []];
  }
}

function fail(state: MemberState, error: KafkaError): MemberTransition {
  const failed: MemberState = { name: "failed", error };
  switch (state.name) {
    case "joining":
    case "syncing":
      return [failed, [{ type: "fail", error }]];
    case "stable":
    case "revoking":
      return [failed, [{ type: "stopHeartbeats" }, { type: "lose" }, { type: "fail", error }]];
    case "unjoined":
    case "leaving":
    case "failed":
      return [state, []];
  }
}
