import { AssignedPartition } from "./assigned-partition.js";
import { notAssigned } from "../errors.js";
import { PartitionBuffer } from "../fetch/partition-buffer.js";
import { partitionKey, type TopicPartition } from "./topic-partition.js";
import type { ReadBatchesOptions } from "@moldau/protocol-codec";

/** The partitions that are assigned at the moment. */
export class Assignment implements Iterable<AssignedPartition> {
  readonly #reading: ReadBatchesOptions;
  #partitions = new Map<string, AssignedPartition>();

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

  /** Begins the stay of these partitions, in the place of all others. */
  replace(partitions: readonly TopicPartition[]): void {
    this.clear();
    for (const { topic, partition } of partitions) {
      const assigned = new AssignedPartition(topic, partition, new PartitionBuffer(this.#reading));
      this.#partitions.set(assigned.key, assigned);
    }
  }

  /** Ends the stay of all partitions; which they were. */
  clear(): TopicPartition[] {
    const ended = this.list();
    for (const partition of this) partition.end();
    this.#partitions = new Map();
    return ended;
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
