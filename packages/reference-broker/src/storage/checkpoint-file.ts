import type { Storage } from "./storage.js";

/**
 * The log end, start or recovery offsets of the partitions of a log directory, as Apache Kafka keeps them in text files.
 *
 * `recovery-point-offset-checkpoint`, `log-start-offset-checkpoint` and `replication-offset-checkpoint` have this form:
 *
 * ```
 * 0                 version
 * 2                 number of entries
 * flights 0 1841    topic partition offset
 * flights 1 1700
 * ```
 */
export interface OffsetCheckpoint {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

/** Reads a file of offsets. Empty when there is none; rejects with a {@link CheckpointError} when it is malformed. */
export async function readOffsetCheckpoints(storage: Storage, path: string): Promise<OffsetCheckpoint[]> {
  const lines = await readCheckpointFile(storage, path);
  return lines.map((line) => {
    const [topic, partition, offset, ...rest] = line.split(/\s+/);
    if (
      topic === undefined ||
      partition === undefined ||
      offset === undefined ||
      rest.length > 0 ||
      !/^\d+$/.test(partition)
    ) {
      throw new CheckpointError(path, `malformed line ${JSON.stringify(line)}, wanted "topic partition offset"`);
    }
    return { topic, partition: Number(partition), offset: parseOffset(path, offset) };
  });
}

/** Replaces a file of offsets as a whole. */
export async function writeOffsetCheckpoints(
  storage: Storage,
  path: string,
  entries: Iterable<OffsetCheckpoint>,
): Promise<void> {
  const lines = Array.from(entries, ({ topic, partition, offset }) => `${topic} ${partition} ${offset}`);
  await writeCheckpointFile(storage, path, lines);
}

/** The entries of a checkpoint file as lines. Empty when there is no such file; rejects when version or count are wrong. */
export async function readCheckpointFile(storage: Storage, path: string): Promise<string[]> {
  const bytes = await storage.readFile(path);
  if (bytes === undefined) return [];
  const [version, count, ...lines] = bytes.toString("utf8").split("\n");
  if (version?.trim() !== currentVersion)
    throw new CheckpointError(path, `unknown version ${JSON.stringify(version ?? "")}, wanted ${currentVersion}`);
  const entries = lines.map((line) => line.trim()).filter((line) => line !== "");
  if (count === undefined || !/^\d+$/.test(count.trim()) || Number(count) !== entries.length) {
    throw new CheckpointError(path, `${JSON.stringify(count ?? "")} entries announced, ${entries.length} found`);
  }
  return entries;
}

/** Replaces a checkpoint file as a whole: version, number of entries, one line for each. */
export async function writeCheckpointFile(storage: Storage, path: string, entries: readonly string[]): Promise<void> {
  const text = [currentVersion, String(entries.length), ...entries].map((line) => `${line}\n`).join("");
  await storage.writeFileAtomic(path, Buffer.from(text, "utf8"));
}

/** An offset as text, or a {@link CheckpointError} that names the file. */
export function parseOffset(path: string, text: string): bigint {
  if (!/^-?\d+$/.test(text)) throw new CheckpointError(path, `${JSON.stringify(text)} is not an offset`);
  return BigInt(text);
}

/** A checkpoint file does not read as one. */
export class CheckpointError extends Error {
  /** The file. */
  readonly file: string;

  constructor(file: string, reason: string) {
    super(`checkpoint file ${file} is malformed: ${reason}`);
    this.name = "CheckpointError";
    this.file = file;
  }
}

const currentVersion = "0";
