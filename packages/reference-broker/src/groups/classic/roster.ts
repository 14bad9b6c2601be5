import { javaHashOrder } from "../java-hash-order.js";
import type { ClassicGroup, ClassicMember, GroupProtocol, Roster } from "./state.js";

/** The roster of a group in any state; an empty or dead group has no members. */
export function rosterOf(group: ClassicGroup): Roster {
  if (group.state === "Dead") return { members: new Map(), leader: null, pendingMembers: new Set() };
  return group.state === "Empty"
    ? { members: new Map(), leader: null, pendingMembers: group.pendingMembers }
    : group.roster;
}

/** Adds a member; the first one becomes the leader. */
export function withMember(roster: Roster, member: ClassicMember): Roster {
  return {
    members: new Map(roster.members).set(member.memberId, member),
    leader: roster.leader ?? member.memberId,
    pendingMembers: withoutItem(roster.pendingMembers, member.memberId),
  };
}

/** Puts new facts in the place of what was known of a member. */
export function withUpdatedMember(roster: Roster, member: ClassicMember): Roster {
  return { ...roster, members: new Map(roster.members).set(member.memberId, member) };
}

/** Takes a member or a pending member id out; when the leader goes, the one who is longest in the group leads. */
export function withoutMember(roster: Roster, memberId: string): Roster {
  const members = new Map(roster.members);
  members.delete(memberId);
  const leader = roster.leader === memberId ? firstOf(members.keys()) : roster.leader;
  return { members, leader, pendingMembers: withoutItem(roster.pendingMembers, memberId) };
}

/** Gives a static member its new member id; it keeps its place as leader. */
export function withReplacedMember(roster: Roster, oldMemberId: string, member: ClassicMember): Roster {
  const members = new Map(roster.members);
  members.delete(oldMemberId);
  members.set(member.memberId, member);
  return { ...roster, members, leader: roster.leader === oldMemberId ? member.memberId : roster.leader };
}

/** Changes every member. */
export function withEveryMember(roster: Roster, change: (member: ClassicMember) => ClassicMember): Roster {
  return { ...roster, members: new Map([...roster.members].map(([id, member]) => [id, change(member)])) };
}

/** How long a rebalance may take, in milliseconds: the longest that any member asked for. */
export function rebalanceTimeoutMs(roster: Roster): number {
  let longest = 0;
  for (const member of roster.members.values()) longest = Math.max(longest, member.rebalanceTimeoutMs);
  return longest;
}

/** Whether somebody of this protocol type who knows these protocols can be in the group. */
export function supportsProtocols(
  group: ClassicGroup,
  protocolType: string,
  protocols: readonly GroupProtocol[],
): boolean {
  if (group.state === "Dead") return false;
  if (group.state === "Empty") return protocolType !== "" && protocols.length > 0;
  return group.protocolType === protocolType && protocols.some(({ name }) => isCommon(group.roster, name));
}

/**
 * The protocol of the next generation: of those that every member knows, the one that most members prefer. Among equals, the one that
 * Apache Kafka would take.
 */
export function selectProtocol(roster: Roster): string {
  const votes = new Map<string, number>();
  for (const { protocols } of roster.members.values()) {
    const vote = protocols.find(({ name }) => isCommon(roster, name));
    if (vote !== undefined) votes.set(vote.name, (votes.get(vote.name) ?? 0) + 1);
  }
  let best = "";
  for (const name of javaHashOrder([...votes.keys()])) {
    if ((votes.get(name) ?? 0) > (votes.get(best) ?? 0)) best = name;
  }
  return best;
}

/** What a member has to say under a protocol; empty when it does not know it. */
export function metadataOf(member: ClassicMember, protocolName: string | null): Buffer {
  return member.protocols.find(({ name }) => name === protocolName)?.metadata ?? Buffer.alloc(0);
}

/** Whether two lists name the same protocols, in the same order and with the same metadata. */
export function sameProtocols(one: readonly GroupProtocol[], other: readonly GroupProtocol[]): boolean {
  return (
    one.length === other.length &&
    one.every(({ name, metadata }, index) => {
      const counterpart = other[index];
      return counterpart !== undefined && counterpart.name === name && counterpart.metadata.equals(metadata);
    })
  );
}

/** A set without one of its items; the set itself when it was not in it. */
export function withoutItem<T>(items: ReadonlySet<T>, item: T): ReadonlySet<T> {
  if (!items.has(item)) return items;
  const rest = new Set(items);
  rest.delete(item);
  return rest;
}

/** A map without one of its entries; the map itself when it was not in it. */
export function withoutKey<K, V>(entries: ReadonlyMap<K, V>, key: K): ReadonlyMap<K, V> {
  if (!entries.has(key)) return entries;
  const rest = new Map(entries);
  rest.delete(key);
  return rest;
}

function isCommon({ members }: Roster, protocolName: string): boolean {
  for (const { protocols } of members.values()) {
    if (!protocols.some(({ name }) => name === protocolName)) return false;
  }
  return true;
}

function firstOf<T>(items: Iterable<T>): T | null {
  for (const item of items) return item;
  return null;
}
