import type { Uuid } from "@moldau/protocol-codec";
import type { TopicPartition } from "../../partitions/topic-partition.js";

/** Partitions of one topic, as the coordinator names them. */
export interface TopicIdPartitions {
  readonly topicId: Uuid;
  readonly partitions: readonly number[];
}

/** What the coordinator wants a member to have. */
export type Target = readonly TopicIdPartitions[];

/** A partition that a member has: by the name by which it is read, and the id by which the coordinator knows it. */
export interface OwnedPartition extends TopicPartition {
  readonly topicId: Uuid;
}

/** Names of topics, by the texts of their ids. */
export type TopicNames = ReadonlyMap<string, string>;

/** Nothing is wanted. */
export const emptyTarget: Target = [];

/** The part of a target whose topics have names that are known. */
export function nameable(target: Target, names: TopicNames): OwnedPartition[] {
  return target.flatMap(({ topicId, partitions }) => {
    const topic = names.get(topicId.toString());
    return topic === undefined ? [] : partitions.map((partition) => ({ topicId, topic, partition }));
  });
}

/** The topics of a target whose names are not known. */
export function nameless(target: Target, names: TopicNames): Uuid[] {
  return target.flatMap(({ topicId }) => (names.has(topicId.toString()) ? [] : [topicId]));
}

/** Those of `partitions` that are not among `others`. A topic that was made again under its old name is another one. */
export function without(partitions: readonly OwnedPartition[], others: readonly OwnedPartition[]): OwnedPartition[] {
  const among = new Set(others.map(keyOf));
  return partitions.filter((partition) => !among.has(keyOf(partition)));
}

/** Whether two targets want the same, in whatever order. */
export function isSameTarget(one: Target, other: Target): boolean {
  const keys = new Set(keysOf(one));
  const others = keysOf(other);
  return others.length === keys.size && others.every((key) => keys.has(key));
}

/** The partitions of a member as requests carry them. */
export function byTopicId(partitions: readonly OwnedPartition[]): TopicIdPartitions[] {
  const groups = new Map<string, { readonly topicId: Uuid; readonly partitions: number[] }>();
  for (const { topicId, partition } of partitions) {
    const group = groups.get(topicId.toString()) ?? { topicId, partitions: [] };
    groups.set(topicId.toString(), group);
    group.partitions.push(partition);
  }
  return [...groups.values()];
}

function keyOf({ topicId, partition }: Pick<OwnedPartition, "topicId" | "partition">): string {
  return `${topicId.toString()}/${partition}`;
}

function keysOf(target: Target): string[] {
  return target.flatMap(({ topicId, partitions }) => partitions.map((partition) => keyOf({ topicId, partition })));
}
