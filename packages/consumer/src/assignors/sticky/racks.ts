import type { TopicPartition } from "../../partitions/topic-partition.js";
import type { AssignorInput } from "../assignor.js";
import type { PartitionTable } from "./partition-table.js";

/** Where members and replicas are, when that makes a difference (KIP-881). */
export class Racks {
  readonly #ofMembers: ReadonlyMap<string, string>;
  readonly #ofPartitions: ReadonlyMap<TopicPartition, ReadonlySet<string>>;
  readonly #membersIn: ReadonlyMap<string, number>;

  constructor({ members, replicaRacks }: AssignorInput, table: PartitionTable) {
    const ofMembers = members.flatMap(({ memberId, rackId }): [string, string][] =>
      rackId === null || rackId === "" ? [] : [[memberId, rackId]],
    );
    const partitions = ofMembers.length === 0 ? [] : table.topics.flatMap((topic) => table.of(topic));
    const ofPartitions = new Map(
      partitions.map((each) => [each, new Set(replicaRacks?.get(each.topic)?.[each.partition])]),
    );
    const matter = doRacksMatter(
      ofMembers.map(([, rack]) => rack),
      [...ofPartitions.values()],
    );
    this.#ofMembers = new Map(matter ? ofMembers : []);
    this.#ofPartitions = ofPartitions;
    this.#membersIn = count(ofMembers.map(([, rack]) => rack));
  }

  /** Whether they are to be looked at: members and replicas have racks in common, and replicas are not in all racks alike. */
  get matter(): boolean {
    return this.#ofMembers.size > 0;
  }

  /** Whether the member is in a rack, and no replica of the partition is in it. */
  differ(memberId: string, partition: TopicPartition): boolean {
    const rack = this.#ofMembers.get(memberId);
    return rack !== undefined && this.#ofPartitions.get(partition)?.has(rack) !== true;
  }

  /** Whether the member is in a rack of one of the partition's replicas. */
  areShared(memberId: string, partition: TopicPartition): boolean {
    const rack = this.#ofMembers.get(memberId);
    return rack !== undefined && this.#ofPartitions.get(partition)?.has(rack) === true;
  }

  /** The partitions, those first that the fewest members are near to. */
  rarestFirst(partitions: readonly TopicPartition[]): TopicPartition[] {
    if (!this.matter) return [...partitions];
    const candidates = new Map(partitions.map((partition) => [partition, this.#candidates(partition)]));
    return [...partitions].sort((a, b) => (candidates.get(a) ?? 0) - (candidates.get(b) ?? 0));
  }

  #candidates(partition: TopicPartition): number {
    return [...(this.#ofPartitions.get(partition) ?? [])].reduce(
      (sum, rack) => sum + (this.#membersIn.get(rack) ?? 0),
      0,
    );
  }
}

function doRacksMatter(racks: readonly string[], replicaRacks: readonly ReadonlySet<string>[]): boolean {
  const everywhere = new Set(replicaRacks.flatMap((set) => [...set]));
  return racks.some((rack) => everywhere.has(rack)) && !replicaRacks.every(({ size }) => size === everywhere.size);
}

function count(racks: readonly string[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const rack of racks) counts.set(rack, (counts.get(rack) ?? 0) + 1);
  return counts;
}
