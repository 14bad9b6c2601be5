import type { Assignor, AssignorInput, GroupMember } from "../src/assignors/assignor.js";

type Pair = readonly [topic: string, partition: number];

/** One round of a group as Apache Kafka's class shared it out. */
export interface SharedOutGroup {
  readonly assignor: string;
  readonly topics: Readonly<Record<string, number>>;
  readonly replicaRacks?: Readonly<Record<string, readonly (readonly string[])[]>> | null;
  readonly members: readonly (Omit<GroupMember, "ownedPartitions" | "userData"> & {
    readonly ownedPartitions: readonly Pair[];
    /** In hexadecimal. */
    readonly userData: string | null;
  })[];
  readonly assignment: Readonly<Record<string, readonly Pair[]>>;
}

/** Such a round as an assignor is asked about it. */
export function inputOf({ members, topics, replicaRacks }: SharedOutGroup): AssignorInput {
  return {
    members: members.map((member) => ({
      ...member,
      ownedPartitions: member.ownedPartitions.map(([topic, partition]) => ({ topic, partition })),
      userData: member.userData === null ? null : Buffer.from(member.userData, "hex"),
    })),
    partitionCounts: new Map(Object.entries(topics)),
    ...(replicaRacks === undefined || replicaRacks === null
      ? {}
      : { replicaRacks: new Map(Object.entries(replicaRacks)) }),
  };
}

/** What an assignor answers, in the same form. */
export function answerOf(assignor: Assignor, input: AssignorInput): SharedOutGroup["assignment"] {
  const entries = [...assignor.assign(input)].map(([memberId, partitions]): [string, readonly Pair[]] => [
    memberId,
    partitions.map(({ topic, partition }) => [topic, partition]),
  ]);
  return Object.fromEntries(entries);
}

/** Whether every partition goes to a member that wants its topic: Kafka's sticky classes have cases in which it does not. */
export function isSound({ members, assignment }: Pick<SharedOutGroup, "members" | "assignment">): boolean {
  const wanted = new Map(members.map(({ memberId, topics }) => [memberId, new Set(topics)]));
  return Object.entries(assignment).every(([memberId, partitions]) =>
    partitions.every(([topic]) => wanted.get(memberId)?.has(topic)),
  );
}
