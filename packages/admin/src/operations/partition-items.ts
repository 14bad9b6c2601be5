import { invalidArgument, isPlainObject, OptionReader, type OtherNames } from "@moldau/connection-pool";
import type { NamedPartition } from "../routing/leader.js";

/** Reads a partition that is named and nothing else. @throws {KafkaError} CLIENT_INVALID_ARGUMENT. */
export function checkPartition(value: unknown, path: string): NamedPartition {
  const read = partitionReader<NamedPartition>(value, path, { example: '{ topic: "orders", partition: 0 }' });
  const named = readPartition(read);
  read.done();
  return named;
}

/** Begins to read an object that names a partition; `example` is shown where it is none. @throws {KafkaError} CLIENT_INVALID_ARGUMENT. */
export function partitionReader<Named extends NamedPartition>(
  value: unknown,
  path: string,
  { example, otherNames }: { readonly example: string; readonly otherNames?: OtherNames },
): OptionReader<Partial<Named>> {
  if (!isPlainObject(value)) throw invalidArgument(`${path} must be an object such as ${example}.`);
  return new OptionReader<Partial<Named>>(path, value, otherNames);
}

/** Reads the topic and the number of a partition. */
export function readPartition(read: OptionReader<Partial<NamedPartition>>): NamedPartition {
  return {
    topic: read.text("topic", { example: '"orders"' }),
    partition: read.integer("partition", { min: 0, max: 2 ** 31 - 1 }),
  };
}

/** Makes the name by which a partition is found in an answer. */
export function partitionKey(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}

/** Puts items of the same topic together, as requests want them. */
export function byTopic<Item extends NamedPartition>(items: readonly Item[]): ReadonlyMap<string, readonly Item[]> {
  const topics = new Map<string, Item[]>();
  for (const item of items) {
    const others = topics.get(item.topic);
    if (others) others.push(item);
    else topics.set(item.topic, [item]);
  }
  return topics;
}

/** Goes through the partitions of an answer, each under its {@link partitionKey}. */
export function* eachPartition<Answer extends { readonly partitionIndex: number }>(
  topics: readonly { readonly name: string; readonly partitions: readonly Answer[] }[],
): Iterable<readonly [string, Answer]> {
  for (const { name, partitions } of topics)
    for (const answer of partitions) yield [partitionKey(name, answer.partitionIndex), answer];
}

/** Sorts partitions by the topic's name, then by number. */
export function byNameAndNumber(left: NamedPartition, right: NamedPartition): number {
  if (left.topic !== right.topic) return left.topic < right.topic ? -1 : 1;
  return left.partition - right.partition;
}
