import { javaHashCode } from "@moldau/protocol-codec";
import { inJavaHashOrder } from "@moldau/protocol-codec/internal";
import type { TopicPartition } from "../../partitions/topic-partition.js";

/** From which member to which. */
interface Move {
  readonly from: string;
  readonly to: string;
}

/**
 * Partitions of one topic that were moved from one member to another, oldest first. `most` is how many there ever were, which
 * decides the order in Kafka's own table of them.
 */
interface Moved {
  readonly partitions: Set<TopicPartition>;
  most: number;
}

/**
 * What has been moved while balancing, so that of two partitions of one topic that would change places between two members
 * none moves.
 */
export class Movements {
  readonly #moves = new Map<TopicPartition, Move>();
  readonly #byTopicAndMove = new Map<string, Moved>();

  /** The partition to move in place of one that is to go from one member to another: one that came the other way, if there is one. */
  inPlaceOf(partition: TopicPartition, { from, to }: Move): TopicPartition {
    const cameFrom = this.#moves.get(partition)?.from ?? from;
    const opposite = this.#byTopicAndMove.get(keyOf(partition.topic, { from: to, to: cameFrom }));
    if (opposite === undefined) return partition;
    return inJavaHashOrder(opposite.partitions, hashOfPartition, opposite.most)[0] ?? partition;
  }

  /** Takes note that a partition moved. */
  add(partition: TopicPartition, move: Move): void {
    const before = this.#moves.get(partition);
    if (before === undefined) return this.#put(partition, move);
    this.#remove(partition, before);
    if (before.from !== move.to) this.#put(partition, { from: before.from, to: move.to });
  }

  #put(partition: TopicPartition, move: Move): void {
    this.#moves.set(partition, move);
    const key = keyOf(partition.topic, move);
    const moved = this.#byTopicAndMove.get(key) ?? { partitions: new Set(), most: 0 };
    this.#byTopicAndMove.set(key, moved);
    moved.partitions.add(partition);
    moved.most = Math.max(moved.most, moved.partitions.size);
  }

  #remove(partition: TopicPartition, move: Move): void {
    this.#moves.delete(partition);
    const key = keyOf(partition.topic, move);
    const moved = this.#byTopicAndMove.get(key);
    moved?.partitions.delete(partition);
    if (moved?.partitions.size === 0) this.#byTopicAndMove.delete(key);
  }
}

function keyOf(topic: string, { from, to }: Move): string {
  return JSON.stringify([topic, from, to]);
}

/** As Kafka's TopicPartition computes it. */
function hashOfPartition({ topic, partition }: TopicPartition): number {
  return (Math.imul(31 + partition, 31) + javaHashCode(topic)) | 0;
}
