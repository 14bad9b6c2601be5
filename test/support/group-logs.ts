import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { readBatches, Uuid, type LogRecord, type RecordBatch } from "@moldau/protocol-codec";
import {
  coordinatorRecordType,
  decodeCoordinatorKey,
  decodeVersioned,
  GroupMetadataKey,
  GroupMetadataValue,
  OffsetCommitKey,
  OffsetCommitValue,
} from "@moldau/protocol-codec/state";

/**
 * What the segments of `__consumer_offsets` in a data directory say of each group, in their order: key, value and its version, and the
 * batch that the record came in. Times, ids and the random part of member ids, which differ from run to run, are left out.
 */
export function readGroupLogs(dataDir: string): ReadonlyMap<string, readonly unknown[]> {
  const groups = new Map<string, unknown[]>();
  for (const partition of readdirSync(dataDir).filter((name) => name.startsWith("__consumer_offsets-"))) {
    const files = readdirSync(join(dataDir, partition)).filter((name) => name.endsWith(".log"));
    for (const file of files.sort()) {
      for (const batch of readBatches(readFileSync(join(dataDir, partition, file)))) {
        for (const record of batch) note(groups, record, batch);
      }
    }
  }
  return groups;
}

function note(groups: Map<string, unknown[]>, { key, value, headers }: LogRecord, batch: RecordBatch): void {
  if (key === null) throw new Error("a record of __consumer_offsets has no key");
  const isOffset = coordinatorRecordType(key) === OffsetCommitKey.recordType;
  const name = isOffset ? decodeCoordinatorKey(OffsetCommitKey, key) : decodeCoordinatorKey(GroupMetadataKey, key);
  const content = value === null ? null : readValue(isOffset, value);
  const { attributes, count, partitionLeaderEpoch } = batch;
  const record = plain({ name, content, headers, batch: { attributes, count, partitionLeaderEpoch } });
  groups.set(name.group, [...(groups.get(name.group) ?? []), record]);
}

function readValue(isOffset: boolean, value: Buffer): unknown {
  const decoded = isOffset ? decodeVersioned(OffsetCommitValue, value) : decodeVersioned(GroupMetadataValue, value);
  return { ...decoded.value, version: decoded.version };
}

function plain(value: unknown, key = ""): unknown {
  if (typeof value === "bigint") return key.endsWith("imestamp") ? value > 0n : value.toString();
  if (typeof value === "string") return value.replace(/-[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/, "-…");
  if (value instanceof Uuid) return value.isZero ? "none" : "some";
  if (Buffer.isBuffer(value)) return value.toString("latin1");
  if (Array.isArray(value)) {
    const items = value.map((item) => plain(item));
    // A Java map has the members in any order.
    return key === "members"
      ? items.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1))
      : items;
  }
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plain(field, name)]));
}
