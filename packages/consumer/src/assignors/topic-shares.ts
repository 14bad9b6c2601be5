import type { GroupMember } from "./assignor.js";

/** How many partitions of one topic each subscriber may still get; the working state of the range assignor. */
export class TopicShares {
  readonly topic: string;
  readonly partitionCount: number;
  /** Whether members and replicas have racks in common, and replicas are not in all racks alike. */
  readonly racksMatter: boolean;
  /** Equal for topics that are to be shared out alike: same subscribers in the same racks, same number of partitions. */
  readonly likeness: string;

  readonly #racks: ReadonlyMap<string, string | null>;
  readonly #replicaRacks: readonly ReadonlySet<string>[];
  readonly #unassigned: Set<number>;
  readonly #assigned = new Map<string, number>();
  readonly #perMember: number;
  readonly #give: (memberId: string, partition: number) => void;
  #extra: number;

  /** `members` are the subscribers, in Kafka's order. */
  constructor(
    topic: string,
    members: readonly GroupMember[],
    options: {
      readonly partitionCount: number;
      readonly replicaRacks?: readonly (readonly string[])[];
      readonly give: (memberId: string, partition: number) => void;
    },
  ) {
    const { partitionCount, replicaRacks = [], give } = options;
    this.topic = topic;
    this.partitionCount = partitionCount;
    this.#give = give;
    this.#racks = new Map(members.map(({ memberId, rackId }) => [memberId, rackId === "" ? null : rackId]));
    this.#replicaRacks = Array.from({ length: partitionCount }, (_, partition) => new Set(replicaRacks[partition]));
    this.#unassigned = new Set(this.#replicaRacks.keys());
    this.#perMember = members.length === 0 ? 0 : Math.floor(partitionCount / members.length);
    this.#extra = members.length === 0 ? 0 : partitionCount % members.length;
    this.racksMatter = doRacksMatter(this.#racks, this.#replicaRacks);
    this.likeness = JSON.stringify([partitionCount, [...this.#racks]]);
  }

  get memberIds(): Iterable<string> {
    return this.#racks.keys();
  }

  /** Whether the member is in a rack of one of the partition's replicas, or in none at all. */
  racksMatch(memberId: string, partition: number): boolean {
    const rack = this.#racks.get(memberId) ?? null;
    return rack === null || this.#replicaRacks[partition]?.has(rack) === true;
  }

  /** How many more partitions the member may get. */
  capacity(memberId: string): number {
    const most = this.#perMember + (this.#extra > 0 ? 1 : 0);
    return Math.max(0, most - (this.#assigned.get(memberId) ?? 0));
  }

  assign(memberId: string, ...partitions: readonly number[]): void {
    for (const partition of partitions) {
      this.#unassigned.delete(partition);
      this.#give(memberId, partition);
    }
    const assigned = (this.#assigned.get(memberId) ?? 0) + partitions.length;
    this.#assigned.set(memberId, assigned);
    if (assigned > this.#perMember) this.#extra--;
  }

  /** Gives every member, in order, the first of the left partitions that it `mayTake`, as many as its share allows. */
  assignRanges(mayTake: (memberId: string, partition: number) => boolean): void {
    for (const memberId of this.memberIds) {
      const capacity = this.capacity(memberId);
      const chosen: number[] = [];
      for (const partition of this.#unassigned) {
        if (chosen.length >= capacity) break;
        if (mayTake(memberId, partition)) chosen.push(partition);
      }
      if (chosen.length > 0) this.assign(memberId, ...chosen);
    }
  }
}

function doRacksMatter(
  racks: ReadonlyMap<string, string | null>,
  replicaRacks: readonly ReadonlySet<string>[],
): boolean {
  const everywhere = new Set(replicaRacks.flatMap((set) => [...set]));
  const shared = [...racks.values()].some((rack) => rack !== null && everywhere.has(rack));
  return shared && !replicaRacks.every((set) => set.size === everywhere.size);
}
