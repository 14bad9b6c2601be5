import type { Ticket } from "../../coordination/tickets.js";
/**
 * The classic group as a value: one of five states, each carrying only what exists in it.
 *
 *            first join                    everyone joined, or the time is up
 *   Empty ───────────────▶ PreparingRebalance ───────────────▶ CompletingRebalance
 *     ▲                      │  ▲  ▲                                │   │
 *     └──────────────────────┘  │  └── join, leave, time-out ───────┘   │ the leader's SyncGroup, once its
 *        nobody is left         │                                       │ assignment is in the log
 *                               └───── join, leave, time-out ─── Stable ◀
 *
 *   every state ─── the group is deleted, or its shard moves away ───▶ Dead
 *
 * Values are never changed: a transition makes a new one.
 */
export type ClassicGroup = EmptyGroup | PreparingGroup | CompletingGroup | StableGroup | DeadGroup;

/** The states in which a group has members. */
export type PopulatedGroup = PreparingGroup | CompletingGroup | StableGroup;

/** No members; the group may hold committed offsets. */
export interface EmptyGroup {
  readonly state: "Empty";
  readonly generation: number;
  /** What its last members were (`consumer`, `connect`); null while nobody has ever joined: a group of a simple consumer. */
  readonly protocolType: string | null;
  /** When the last member went, in milliseconds; null when the log does not say. Offsets expire from here on. */
  readonly changedAtMs: number | null;
  /** Member ids that were given out with MEMBER_ID_REQUIRED and not yet used (KIP-394). */
  readonly pendingMembers: ReadonlySet<string>;
  readonly subscribedTopics: SubscribedTopics;
}

/** A rebalance has begun: members are awaited with JoinGroup. */
export interface PreparingGroup {
  readonly state: "PreparingRebalance";
  readonly generation: number;
  readonly protocolType: string;
  /** The protocol of the generation that ends; null when there was none. */
  readonly protocolName: string | null;
  readonly roster: Roster;
  /** JoinGroup requests that wait for their answer: ticket by member id. */
  readonly joins: ReadonlyMap<string, Ticket>;
  /** Present while a group that was empty waits for further first members. */
  readonly initialDelay: InitialDelay | null;
  readonly changedAtMs: number;
  readonly subscribedTopics: SubscribedTopics;
}

/** A generation has begun: its members are awaited with SyncGroup, the leader with the assignment. */
export interface CompletingGroup {
  readonly state: "CompletingRebalance";
  readonly generation: number;
  readonly protocolType: string;
  readonly protocolName: string;
  readonly roster: Roster;
  /** SyncGroup requests that wait for the leader's: ticket by member id. */
  readonly syncs: ReadonlyMap<string, Ticket>;
  /** Members whose SyncGroup has not come yet; who is still in here when time is up is removed. */
  readonly pendingSync: ReadonlySet<string>;
  readonly changedAtMs: number;
  readonly subscribedTopics: SubscribedTopics;
}

/** Every member of the generation has an assignment, and it is in the log. */
export interface StableGroup {
  readonly state: "Stable";
  readonly generation: number;
  readonly protocolType: string;
  readonly protocolName: string;
  readonly roster: Roster;
  /** Members that have not fetched their assignment yet. */
  readonly pendingSync: ReadonlySet<string>;
  /** When this generation began, in milliseconds; null when the log does not say. */
  readonly changedAtMs: number | null;
  readonly subscribedTopics: SubscribedTopics;
}

/** The group is gone: deleted, or served by another broker now. */
export interface DeadGroup {
  readonly state: "Dead";
}

/** The topics that the members read; null when nobody can tell, because their metadata is not of the consumer protocol. */
export type SubscribedTopics = ReadonlySet<string> | null;

/** Who belongs to the group. */
export interface Roster {
  /** By member id, in the order in which they came. */
  readonly members: ReadonlyMap<string, ClassicMember>;
  /** Member id of the one who computes the assignment; null only when there are no members. */
  readonly leader: string | null;
  /** Member ids that were given out with MEMBER_ID_REQUIRED and not yet used (KIP-394). */
  readonly pendingMembers: ReadonlySet<string>;
}

/** One member, as it described itself in its last JoinGroup. */
export interface ClassicMember {
  readonly memberId: string;
  /** Set for a static member (KIP-345). */
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  /** As Kafka prints it: `/127.0.0.1`. */
  readonly clientHost: string;
  readonly rebalanceTimeoutMs: number;
  readonly sessionTimeoutMs: number;
  /** The assignors that the member knows, the preferred one first. */
  readonly protocols: readonly GroupProtocol[];
  /** What the leader gave it; empty when nothing yet. */
  readonly assignment: Buffer;
  /** Whether its first JoinGroup is still unanswered: such a member cannot send heartbeats, so it may expire while it waits. */
  readonly isNew: boolean;
}

/** One assignor that a member knows, with what it wants the leader to know. */
export interface GroupProtocol {
  readonly name: string;
  readonly metadata: Buffer;
}

/** How long the first rebalance of an empty group still waits for others (KIP-134). */
export interface InitialDelay {
  /** The wait that runs now. */
  readonly delayMs: number;
  /** What may be waited after that, at most. */
  readonly remainingMs: number;
  /** Whether somebody came during the wait that runs now. */
  readonly memberAdded: boolean;
}

/** The assignment of a member that was given none. */
export const noAssignment: Buffer = Buffer.alloc(0);

/** A group that nobody has joined yet. */
export function emptyGroup(changedAtMs: number | null): EmptyGroup {
  return {
    state: "Empty",
    generation: 0,
    protocolType: null,
    changedAtMs,
    pendingMembers: new Set(),
    subscribedTopics: null,
  };
}

/** A group that is gone. */
export const deadGroup: DeadGroup = { state: "Dead" };

/** The members of a group in any state. */
export function membersOf(group: ClassicGroup): readonly ClassicMember[] {
  return group.state === "Empty" || group.state === "Dead" ? [] : [...group.roster.members.values()];
}

/** The member of an id, or undefined when the group has none. */
export function memberOf(group: ClassicGroup, memberId: string): ClassicMember | undefined {
  return group.state === "Empty" || group.state === "Dead" ? undefined : group.roster.members.get(memberId);
}

/** The ids that were given out and not yet used. */
export function pendingMembersOf(group: ClassicGroup): ReadonlySet<string> {
  if (group.state === "Dead") return new Set();
  return group.state === "Empty" ? group.pendingMembers : group.roster.pendingMembers;
}

/** The member id that a static member has now, or undefined when the group does not know the instance. */
export function staticMemberId(group: ClassicGroup, groupInstanceId: string): string | undefined {
  return membersOf(group).find((member) => member.groupInstanceId === groupInstanceId)?.memberId;
}

/** Whether the group's members read with the consumer protocol, whose subscriptions a broker can read. */
export function usesConsumerProtocol(group: ClassicGroup): boolean {
  return group.state !== "Dead" && group.protocolType === "consumer";
}

/** Whether the group reads a topic now; when its members' topics are unknown, every consumer group is taken to read every topic. */
export function isSubscribedTo(group: ClassicGroup, topic: string): boolean {
  if (group.state === "Dead") return false;
  return group.subscribedTopics?.has(topic) ?? usesConsumerProtocol(group);
}
