import type { TopicPartition } from "moldau";
import type { Key } from "../history/operation.js";

/** Keys of the two halves of a workload: what is passed on, and where to. */
export const inputs: readonly Key[] = [0, 1, 2, 3];
export const outputs: readonly Key[] = [4, 5, 6];

/** The topics in which the keys are partitions. */
export const workloadTopics = [
  { topic: "inputs", partitions: inputs.length },
  { topic: "outputs", partitions: outputs.length },
];

/** Where a key is. */
export function partitionOf(key: Key): TopicPartition {
  return key < inputs.length
    ? { topic: "inputs", partition: key }
    : { topic: "outputs", partition: key - inputs.length };
}

/** Which key is there. */
export function keyOf({ topic, partition }: TopicPartition): Key {
  return topic === "inputs" ? partition : inputs.length + partition;
}
