import type { TopicPartition } from "../../partitions/topic-partition.js";
import type { AssignorInput } from "../assignor.js";

/** All partitions that somebody wants, one object each, so that they can be told apart by identity. */
export class PartitionTable {
  readonly #byTopic: ReadonlyMap<string, readonly TopicPartition[]>;
  /** How many there are. */
  readonly size: number;

  constructor({ members, partitionCounts }: AssignorInput) {
    const wanted = [...new Set(members.flatMap(({ topics }) => topics))];
    const existing = wanted.filter((topic) => (partitionCounts.get(topic) ?? 0) > 0).sort();
    this.#byTopic = new Map(existing.map((topic) => [topic, partitionsOf(topic, partitionCounts.get(topic) ?? 0)]));
    this.size = [...this.#byTopic.values()].reduce((sum, { length }) => sum + length, 0);
  }

  /** The topics that exist, by name. */
  get topics(): readonly string[] {
    return [...this.#byTopic.keys()];
  }

  has(topic: string): boolean {
    return this.#byTopic.has(topic);
  }

  /** The partitions of a topic, by number; none of one that does not exist. */
  of(topic: string): readonly TopicPartition[] {
    return this.#byTopic.get(topic) ?? [];
  }

  /** The partition of this name; undefined when it does not exist. */
  find({ topic, partition }: TopicPartition): TopicPartition | undefined {
    return this.of(topic)[partition];
  }
}

function partitionsOf(topic: string, count: number): TopicPartition[] {
  return Array.from({ length: count }, (_, partition) => ({ topic, partition }));
}
