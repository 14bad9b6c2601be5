import type { TopicPartition } from "../partitions/topic-partition.js";

/** What the leader of a group knows of one member when it assigns partitions. */
export interface GroupMember {
  readonly memberId: string;
  /** The static identity (KIP-345), or null. */
  readonly groupInstanceId: string | null;
  /** The topics that the member subscribed to. */
  readonly topics: readonly string[];
  /** What the member owned when it joined (KIP-429); empty for eager assignors. */
  readonly ownedPartitions: readonly TopicPartition[];
  /** The generation in which the member got what it owns (KIP-792), -1 when it never had any. */
  readonly generationId: number;
  /** Where the member runs (KIP-881), or null. */
  readonly rackId: string | null;
  /** What the assignor of the member's side put into its subscription. */
  readonly userData: Buffer | null;
}

/** What is to be shared out, and among whom. */
export interface AssignorInput {
  readonly members: readonly GroupMember[];
  /** Number of partitions by topic; a topic that is not here does not exist. */
  readonly partitionCounts: ReadonlyMap<string, number>;
  /** By topic, for every partition, the racks of its replicas. Absent: racks play no part. */
  readonly replicaRacks?: ReadonlyMap<string, readonly (readonly string[])[]>;
}

/** What a round gave this member, whether it still has it or not. */
export interface LastRound {
  readonly partitions: readonly TopicPartition[];
  /** The generation of the group. */
  readonly generationId: number;
}

/** Which partitions each member gets; every member has an entry, perhaps empty. */
export type GroupAssignment = ReadonlyMap<string, readonly TopicPartition[]>;

/**
 * Shares partitions out among the members of a group; `assignors` takes one of your own. Any member may be the leader, who asks its assignor for
 * all, so all members need the same one under the same name: the same question has to get the same answer.
 *
 *     const firstTakesAll = {
 *       name: "first-takes-all",
 *       rebalanceProtocol: "eager",
 *       assign({ members, partitionCounts }) {
 *         const all = [...partitionCounts].flatMap(([topic, count]) => Array.from({ length: count }, (_, partition) => ({ topic, partition })));
 *         return new Map([[members[0].memberId, all]]);
 *       },
 *     };
 *
 * One that throws, or hands out a partition twice, one that does not exist, or one to somebody who did not subscribe to its topic, ends the loops
 * of all members with CLIENT_ASSIGNOR_FAILED, once they have committed what is done. The consumer's own assignors give Apache Kafka's answers.
 */
export interface Assignor {
  /** The name in the JoinGroup request; members of one group agree on one. */
  readonly name: string;
  /**
   * Whether members give everything up before they rejoin ("eager") or only what moves ("cooperative", KIP-429). They do the latter when all
   * `assignors` of a consumer are cooperative. What moves need not be left out by your own assignor: the consumer gives it to nobody until it has been
   * given up, and asks again then.
   */
  readonly rebalanceProtocol: "eager" | "cooperative";
  /** What goes into this member's subscription besides its topics: `last` is what it got last, undefined before it ever got anything. */
  readonly userData?: (last: LastRound | undefined) => Buffer | null;
  /** Says who gets what, at once; a member without an entry gets nothing. */
  assign(input: AssignorInput): GroupAssignment;
}

/** Kafka's order of members: static ones first, by instance id; the others by member id. */
export function compareMembers(a: GroupMember, b: GroupMember): number {
  if (a.groupInstanceId !== null && b.groupInstanceId !== null)
    return compareText(a.groupInstanceId, b.groupInstanceId);
  if (a.groupInstanceId !== null) return -1;
  if (b.groupInstanceId !== null) return 1;
  return compareText(a.memberId, b.memberId);
}

// UTF-16 code units, as Java's String.compareTo.
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
