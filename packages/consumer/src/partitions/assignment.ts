import type { ReadBatchesOptions } from "@moldau/protocol-codec";
import { notAssigned } from "../errors.js";
import { AssignedPartition } from "./assigned-partition.js";
import { PartitionBuffer } from "./partition-buffer.js";
import { partitionKey, type TopicPartition } from "./topic-partition.js";

/** The partitions that are assigned at the moment. */
export class Assignment implements Iterable<AssignedPartition> {
  readonly #reading: ReadBatchesOptions;
  readonly #partitions = new Map<string, AssignedPartition>();

  /** `reading` says how batches are opened. */
  constructor(reading: ReadBatchesOptions) {
    this.#reading = reading;
  }

  get size(): number {
    return this.#partitions.size;
  }

  [Symbol.iterator](): IterableIterator<AssignedPartition> {
    return this.#partitions.values();
  }

  /** Begins the stay of these partitions. Those that are here already stay as they are. Gives those that are new. */
  add(partitions: Iterable<TopicPartition>): AssignedPartition[] {
    const added: AssignedPartition[] = [];
    for (const { topic, partition } of partitions) {
      if (this.find({ topic, partition }) !== undefined) continue;
      const assigned = new AssignedPartition(topic, partition, new PartitionBuffer(this.#reading));
      this.#partitions.set(assigned.key, assigned);
      added.push(assigned);
    }
    return added;
  }

  /** Ends the stay of these partitions; those that are not here do not matter. Gives those that were. */
  remove(partitions: Iterable<TopicPartition>): TopicPartition[] {
    const removed: TopicPartition[] = [];
    for (const each of partitions) {
      const assigned = this.find(each);
      if (assigned === undefined) continue;
      this.#partitions.delete(assigned.key);
      assigned.end();
      removed.push({ topic: assigned.topic, partition: assigned.partition });
    }
    return removed;
  }

  /** Ends the stay of all partitions; which they were. */
  clear(): TopicPartition[] {
    return this.remove(this.list());
  }

  list(): TopicPartition[] {
    return Array.from(this, ({ topic, partition }) => ({ topic, partition }));
  }

  find({ topic, partition }: TopicPartition): AssignedPartition | undefined {
    return this.#partitions.get(partitionKey(topic, partition));
  }

  /** @throws {KafkaError} CLIENT_NOT_ASSIGNED when this consumer does not have the partition. */
  get(partition: TopicPartition): AssignedPartition {
    const found = this.find(partition);
    if (found === undefined) throw notAssigned(partition, "is not assigned to this consumer.");
    return found;
  }
}
