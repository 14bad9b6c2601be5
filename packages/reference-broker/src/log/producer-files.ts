import type { Storage } from "../storage/storage.js";
import { logFilePath, offsetOfFile, suffixes } from "./log-files.js";
import type { ProducerEntry } from "./producer-entry.js";
import { decodeProducerSnapshot, encodeProducerSnapshot } from "./producer-snapshot.js";

/** Keeps the producers as of `offset` (the next offset after what they account for) in a file. */
export async function writeProducerSnapshot(
  storage: Storage,
  snapshot: { dir: string; offset: bigint; entries: readonly ProducerEntry[] },
): Promise<void> {
  const path = logFilePath(snapshot.dir, snapshot.offset, suffixes.producerSnapshot);
  await storage.writeFileAtomic(path, encodeProducerSnapshot(snapshot.entries));
}

/** The newest readable snapshot that is not beyond `offset`; damaged ones are removed. */
export async function readProducerSnapshot(
  storage: Storage,
  dir: string,
  offset: bigint,
): Promise<{ offset: bigint; entries: readonly ProducerEntry[] } | undefined> {
  const candidates = (await snapshotOffsets(storage, dir)).filter((candidate) => candidate <= offset);
  for (const candidate of candidates.reverse()) {
    const path = logFilePath(dir, candidate, suffixes.producerSnapshot);
    const entries = decodeProducerSnapshot((await storage.readFile(path)) ?? Buffer.alloc(0));
    if (entries !== undefined) return { offset: candidate, entries };
    await storage.remove(path);
  }
  return undefined;
}

/** Removes the snapshots for whose offsets `isKept` is false. */
export async function pruneProducerSnapshots(
  storage: Storage,
  dir: string,
  isKept: (offset: bigint) => boolean,
): Promise<void> {
  for (const offset of await snapshotOffsets(storage, dir)) {
    if (!isKept(offset)) await storage.remove(logFilePath(dir, offset, suffixes.producerSnapshot));
  }
}

async function snapshotOffsets(storage: Storage, dir: string): Promise<bigint[]> {
  const offsets: bigint[] = [];
  for (const name of await storage.list(dir)) {
    const offset = offsetOfFile(name, suffixes.producerSnapshot);
    if (offset !== undefined) offsets.push(offset);
  }
  return offsets;
}
