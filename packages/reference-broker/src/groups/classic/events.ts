import type { Ticket } from "../../coordination/tickets.js";
import type { GroupMetadata } from "../records.js";
import type { ClassicGroup, GroupProtocol } from "./state.js";

/** Everything that can happen to a classic group. */
export type GroupEvent =
  | JoinEvent
  | SyncEvent
  | HeartbeatEvent
  | LeaveEvent
  | CommitEvent
  | TimeEvent
  | RestoredEvent
  | MigrationEvent
  | UnloadEvent;

/** A JoinGroup request. */
export interface JoinEvent {
  readonly type: "join";
  readonly ticket: Ticket;
  /** Empty when the client has none yet. */
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** The id that a member without one is to get. */
  readonly newMemberId: string;
  readonly clientId: string;
  readonly clientHost: string;
  readonly protocolType: string;
  readonly protocols: readonly GroupProtocol[];
  readonly sessionTimeoutMs: number;
  readonly rebalanceTimeoutMs: number;
  /** Whether a dynamic member without an id is first told its id and has to come again (version 4 on, KIP-394). */
  readonly requiresKnownMemberId: boolean;
  /** Whether a leader can be told to keep the assignment (version 9 on, KIP-814). */
  readonly supportsSkippingAssignment: boolean;
}

/** A SyncGroup request. */
export interface SyncEvent {
  readonly type: "sync";
  readonly ticket: Ticket;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generationId: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  /** The leader's decision, by member id; empty from everybody else. */
  readonly assignments: ReadonlyMap<string, Buffer>;
}

/** A Heartbeat request. */
export interface HeartbeatEvent {
  readonly type: "heartbeat";
  readonly ticket: Ticket;
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly generationId: number;
}

/** A LeaveGroup request, of one member or of several. */
export interface LeaveEvent {
  readonly type: "leave";
  readonly ticket: Ticket;
  readonly members: readonly MemberIdentity[];
}

/** Who is to leave: a member id, or a static member by its instance with an empty member id. */
export interface MemberIdentity {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
}

/** An offset commit of a member was accepted: that counts as a sign of life. */
export interface CommitEvent {
  readonly type: "commit";
  readonly memberId: string;
}

/** A deadline that was set with a command has passed. */
export type TimeEvent =
  | { readonly type: "joinDeadline" }
  | { readonly type: "syncDeadline" }
  | { readonly type: "sessionDeadline"; readonly memberId: string };

/** The group was read from the log: its deadlines begin anew. */
export interface RestoredEvent {
  readonly type: "restored";
}

/** The group is one of the consumer protocol from now on, or was one until now and begins with a rebalance. */
export interface MigrationEvent {
  readonly type: "upgraded" | "downgraded";
}

/** The shard moves away: whoever waits is told. */
export interface UnloadEvent {
  readonly type: "unload";
}

/** What a transition wants done, in this order, after the group metadata it writes has been appended. */
export type GroupCommand =
  | { readonly type: "write"; readonly metadata: GroupMetadata }
  | { readonly type: "answerJoin"; readonly ticket: Ticket; readonly answer: JoinAnswer }
  | { readonly type: "answerSync"; readonly ticket: Ticket; readonly answer: SyncAnswer }
  | { readonly type: "answerHeartbeat"; readonly ticket: Ticket; readonly errorCode: number }
  | { readonly type: "answerLeave"; readonly ticket: Ticket; readonly answer: LeaveAnswer }
  | { readonly type: "setDeadline"; readonly deadline: "join" | "sync"; readonly delayMs: number }
  | { readonly type: "cancelDeadline"; readonly deadline: "join" | "sync" }
  | { readonly type: "expectHeartbeat"; readonly memberId: string; readonly withinMs: number }
  | { readonly type: "forgetMember"; readonly memberId: string };

/** The next state and what is to be done about it. */
export interface Step<Group = ClassicGroup> {
  readonly group: Group;
  readonly commands: readonly GroupCommand[];
}

/** What a JoinGroup is answered with. */
export interface JoinAnswer {
  readonly errorCode: number;
  readonly memberId: string;
  readonly generationId: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly leader: string;
  readonly skipAssignment: boolean;
  /** Everybody, with their metadata, for the leader; empty for the others. */
  readonly members: readonly {
    readonly memberId: string;
    readonly groupInstanceId: string | null;
    readonly metadata: Buffer;
  }[];
}

/** What a SyncGroup is answered with. */
export interface SyncAnswer {
  readonly errorCode: number;
  readonly protocolType: string | null;
  readonly protocolName: string | null;
  readonly assignment: Buffer;
}

/** What a LeaveGroup is answered with. */
export interface LeaveAnswer {
  readonly errorCode: number;
  readonly members: readonly (MemberIdentity & { readonly errorCode: number })[];
}

/** The broker's settings and the time, as far as transitions depend on them. */
export interface GroupRules {
  readonly nowMs: number;
  /** `group.initial.rebalance.delay.ms`. */
  readonly initialRebalanceDelayMs: number;
  /** `group.max.size`. */
  readonly maxSize: number;
  /** How long a new member's JoinGroup may stay unanswered before the member is dropped; five minutes in Kafka. */
  readonly newMemberJoinTimeoutMs: number;
}

/** A JoinGroup answer that says nothing but what went wrong. */
export function failedJoin(errorCode: number, memberId: string): JoinAnswer {
  return {
    errorCode,
    memberId,
    generationId: -1,
    protocolType: null,
    protocolName: null,
    leader: "",
    skipAssignment: false,
    members: [],
  };
}

/** A SyncGroup answer that says nothing but what went wrong. */
export function failedSync(errorCode: number): SyncAnswer {
  return { errorCode, protocolType: null, protocolName: null, assignment: Buffer.alloc(0) };
}
