import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readBatches, Uuid, type LogRecord, type RecordBatch } from "@moldau/protocol-codec";
import { decodeCoordinatorRecord } from "@moldau/protocol-codec/state";

/**
 * What the segments of `__consumer_offsets` in a data directory say of each group, in their order: key, value and its version, and the
 * batch that the record came in. Times, ids, hashes over them and the random part of member ids, which differ from run to run, are left out;
 * records of one kind that a batch has one after the other are sorted, and tombstones, since Java's maps have members and topics in any order.
 */
export function readGroupLogs(dataDir: string): ReadonlyMap<string, readonly unknown[]> {
  const groups = new Map<string, unknown[]>();
  for (const partition of readdirSync(dataDir).filter((name) => name.startsWith("__consumer_offsets-"))) {
    const files = readdirSync(join(dataDir, partition)).filter((name) => name.endsWith(".log"));
    for (const file of files.sort()) {
      for (const batch of readBatches(readFileSync(join(dataDir, partition, file)))) {
        // The marker that ends a transaction is of no group.
        if (batch.isControl) continue;
        for (const { group, line } of sortedRuns(Array.from(batch, (record) => lineOf(record, batch))))
          groups.set(group, [...(groups.get(group) ?? []), line]);
      }
    }
  }
  return groups;
}

interface NamedLine {
  readonly group: string;
  readonly name: string;
  readonly line: unknown;
}

function lineOf({ key, value, headers }: LogRecord, batch: RecordBatch): NamedLine {
  const record = decodeCoordinatorRecord("__consumer_offsets", { key, value });
  if (record === undefined) throw new Error("a record of __consumer_offsets is of a kind that nobody knows");
  const { name, version, key: about, value: content } = record;
  const group = about["group"] ?? about["groupId"];
  if (typeof group !== "string") throw new Error(`a record of __consumer_offsets names no group: ${name}`);
  const { attributes, count, partitionLeaderEpoch } = batch;
  const facts = { name, about, version, content, headers, batch: { attributes, count, partitionLeaderEpoch } };
  return { group, name: content === null ? "tombstones" : name, line: plain(facts) };
}

function sortedRuns(lines: readonly NamedLine[]): readonly NamedLine[] {
  const runs: NamedLine[][] = [];
  for (const each of lines) {
    const run = runs.at(-1);
    if (run?.[0]?.name === each.name) run.push(each);
    else runs.push([each]);
  }
  return runs.flatMap((run) =>
    run.sort((one, other) => (JSON.stringify(one.line) < JSON.stringify(other.line) ? -1 : 1)),
  );
}

function plain(value: unknown, key = ""): unknown {
  if (typeof value === "bigint") return differing.test(key) ? value !== 0n : value.toString();
  if (typeof value === "string") return value.replace(generatedId, "…");
  if (value instanceof Uuid) return value.isZero ? "none" : "some";
  if (Buffer.isBuffer(value)) return value.toString("latin1");
  if (Array.isArray(value)) {
    const items = value.map((item) => plain(item));
    return unordered.has(key)
      ? items.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
      : items;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field, name)]));
}

/** Lists that Java makes of a map. */
const unordered = new Set(["members", "topicPartitions", "assignedPartitions", "partitionsPendingRevocation"]);

/** Numbers that are others in every run: times, hashes of ids, and how far the metadata of the cluster had come. */
const differing = /timestamp$|^metadataHash$|^version$/i;

/** Member ids as coordinators make them: a text and a UUID after it, or a UUID in base64. */
const generatedId = /(?<=-)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$|^[A-Za-z0-9_-]{22}$/;
