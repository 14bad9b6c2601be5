import type { CataloguedTopic } from "./topic-catalogue.js";
import { xxh3 } from "./xxh3.js";

/**
 * The hash of a topic as Apache Kafka makes it: over its id, name, partitions and their racks. The same bytes as Kafka's, so that a group
 * whose log was written by Kafka is not rebalanced by this broker for nothing.
 *
 *   0 │ id, high and low half │ name │ number of partitions │ for each partition: its number │ its racks, sorted: length, text
 *
 * All numbers are little-endian; a text is its UTF-16 units, then their number.
 */
export function topicHash(
  { id, name, partitions }: CataloguedTopic,
  racksOf: (partition: number) => readonly string[],
): bigint {
  const idBytes = Buffer.alloc(16);
  id.writeTo(idBytes, 0);
  const parts = [
    Buffer.of(0),
    Buffer.from(idBytes.subarray(0, 8)).reverse(),
    Buffer.from(idBytes.subarray(8)).reverse(),
    text(name),
    int(partitions.length),
  ];
  for (let partition = 0; partition < partitions.length; partition++) {
    parts.push(int(partition));
    const racks = [...racksOf(partition)].sort((one, other) => (one < other ? -1 : Number(one > other)));
    for (const rack of racks) parts.push(int(rack.length), text(rack));
  }
  return xxh3(Buffer.concat(parts));
}

/** The hash of what a group reads: over the hashes of its topics, by name. Topics that do not exist are left out; 0n when none is left. */
export function groupHash(topics: Iterable<string>, hashOf: (topic: string) => bigint | undefined): bigint {
  const sorted = [...topics].sort((one, other) => (one < other ? -1 : Number(one > other)));
  const hashes = sorted.flatMap((topic) => hashOf(topic) ?? []);
  if (hashes.length === 0) return 0n;
  const bytes = Buffer.alloc(8 * hashes.length);
  for (const [index, hash] of hashes.entries()) bytes.writeBigUInt64LE(hash, 8 * index);
  return BigInt.asIntN(64, xxh3(bytes));
}

function int(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
}

function text(value: string): Buffer {
  return Buffer.concat([Buffer.from(value, "utf16le"), int(value.length)]);
}
