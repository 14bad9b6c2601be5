import { Uuid } from "@moldau/protocol-codec";
import PQueue from "p-queue";
import { type OffsetCheckpoint, readOffsetCheckpoints, writeOffsetCheckpoints } from "../storage/checkpoint-file.js";
import { takeCleanShutdown, writeCleanShutdown } from "../storage/clean-shutdown.js";
import type { Storage } from "../storage/storage.js";
import { lockDirectory, type DirectoryLock } from "./lock.js";
import { DataDirectoryError } from "./unusable.js";
import { readMetaProperties, writeMetaProperties, type MetaProperties } from "./meta-properties.js";

/** What a {@link LogDirectory} is opened with. */
export interface LogDirectoryOptions {
  readonly storage: Storage;
  /** Where it lies: the directory that holds one folder for each partition. */
  readonly path: string;
  readonly nodeId: number;
  /** The cluster's id when it is known from elsewhere; otherwise that of the directory, or a new one. */
  readonly clusterId?: string | undefined;
  readonly randomBytes: () => Uint8Array;
}

/** What the checkpoint files say of one partition. */
export interface PartitionCheckpoint {
  readonly recoveryPoint: bigint | undefined;
  readonly logStartOffset: bigint | undefined;
}

const files = {
  recoveryPoint: "recovery-point-offset-checkpoint",
  logStart: "log-start-offset-checkpoint",
  highWatermark: "replication-offset-checkpoint",
} as const;

/**
 * The directory of one broker, laid out as Apache Kafka's: `meta.properties`, `.lock`, the checkpoint files, `.kafka_cleanshutdown`, and a
 * folder `<topic>-<partition>` for each log.
 */
export class LogDirectory {
  readonly path: string;
  readonly clusterId: string;
  readonly directoryId: Uuid;
  /** Whether it was cleanly left, so that logs need no recovery. */
  readonly wasCleanlyLeft: boolean;
  readonly #storage: Storage;
  readonly #lock: DirectoryLock | undefined;
  readonly #checkpoints: ReadonlyMap<string, PartitionCheckpoint>;
  /** The files are written by one at a time: each write replaces them by way of the same name beside them. */
  readonly #writes = new PQueue({ concurrency: 1 });

  private constructor(options: LogDirectoryOptions, found: Opened) {
    this.path = options.path;
    this.clusterId = found.properties.clusterId;
    this.directoryId = Uuid.parse(found.properties.directoryId ?? "");
    this.wasCleanlyLeft = found.wasCleanlyLeft;
    this.#storage = options.storage;
    this.#lock = found.lock;
    this.#checkpoints = found.checkpoints;
  }

  /** Opens a directory, or begins one. Rejects with a sentence when it belongs to another broker or is in use. */
  static async open(options: LogDirectoryOptions): Promise<LogDirectory> {
    const { storage, path } = options;
    await usable(path, () => storage.makeDir(path));
    const lock = storage.isVolatile ? undefined : await lockDirectory(path);
    try {
      if (lock !== undefined)
        await usable(path, async () => (await storage.open(`${path}/.lock`, { create: true })).close());
      const properties = await claim(options);
      const wasCleanlyLeft = await takeCleanShutdown(storage, path);
      return new LogDirectory(options, {
        properties,
        wasCleanlyLeft,
        lock,
        checkpoints: await readCheckpoints(storage, path),
      });
    } catch (error) {
      await lock?.release();
      throw error;
    }
  }

  /** What is known of a partition's log from the last run. */
  checkpointOf(topic: string, partition: number): PartitionCheckpoint {
    return this.#checkpoints.get(`${topic}-${partition}`) ?? { recoveryPoint: undefined, logStartOffset: undefined };
  }

  /** Writes the three checkpoint files. */
  writeCheckpoints(logs: Iterable<CheckpointedLog>): Promise<void> {
    return this.#writes.add(async () => {
      const all = [...logs];
      const write = (file: string, offset: (log: CheckpointedLog) => bigint): Promise<void> => {
        const entries = all.map((log): OffsetCheckpoint => ({
          topic: log.topic,
          partition: log.partition,
          offset: offset(log),
        }));
        return writeOffsetCheckpoints(this.#storage, `${this.path}/${file}`, entries);
      };
      await write(files.recoveryPoint, (log) => log.recoveryPoint);
      await write(files.logStart, (log) => log.logStartOffset);
      await write(files.highWatermark, (log) => log.highWatermark);
    });
  }

  /** Lets the directory go; `isClean` says that every log was closed well, so that the next start can trust the files. */
  async close(isClean: boolean): Promise<void> {
    try {
      if (isClean) await writeCleanShutdown(this.#storage, this.path);
    } finally {
      await this.#lock?.release();
    }
  }
}

/** What of a log the checkpoint files hold. */
export interface CheckpointedLog {
  readonly topic: string;
  readonly partition: number;
  readonly recoveryPoint: bigint;
  readonly logStartOffset: bigint;
  readonly highWatermark: bigint;
}

interface Opened {
  readonly properties: MetaProperties;
  readonly wasCleanlyLeft: boolean;
  readonly lock: DirectoryLock | undefined;
  readonly checkpoints: ReadonlyMap<string, PartitionCheckpoint>;
}

/** Does something to a directory that can be done to every one that is fit to hold data. */
async function usable(path: string, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    throw new DataDirectoryError(path, error);
  }
}

/** Makes sure that the directory is this broker's; writes down whose it is when it is new. */
async function claim({ storage, path, nodeId, clusterId, randomBytes }: LogDirectoryOptions): Promise<MetaProperties> {
  const found = await readMetaProperties(storage, path);
  if (found !== undefined && found.nodeId !== nodeId) {
    throw new Error(
      `the data directory ${path} belongs to the broker with node id ${found.nodeId}, not ${nodeId}: start that one, or choose another directory`,
    );
  }
  if (found !== undefined && clusterId !== undefined && found.clusterId !== clusterId) {
    throw new Error(
      `the data directory ${path} belongs to the cluster ${found.clusterId}, not ${clusterId}: choose another directory`,
    );
  }
  if (found?.directoryId !== undefined) return found;
  if (found === undefined) await refuseForeign(storage, path);
  const properties = {
    clusterId: found?.clusterId ?? clusterId ?? Uuid.random(randomBytes).toString(),
    nodeId,
    directoryId: Uuid.random(randomBytes).toString(),
  };
  await writeMetaProperties(storage, path, properties);
  return properties;
}

/** Folders in a data directory that are no partition's are moved aside, so a directory of something else must not become one. */
async function refuseForeign(storage: Storage, path: string): Promise<void> {
  const foreign = (await storage.list(path)).find((name) => !name.startsWith(".") && !harmless.has(name));
  if (foreign !== undefined)
    throw new Error(
      `the directory ${path} holds something else (${foreign}) and no data of a broker: choose an empty one, or one that does not exist`,
    );
}

/** What is in a fresh file system. */
const harmless: ReadonlySet<string> = new Set(["lost+found"]);

async function readCheckpoints(storage: Storage, path: string): Promise<ReadonlyMap<string, PartitionCheckpoint>> {
  const checkpoints = new Map<string, PartitionCheckpoint>();
  const note = (entries: readonly OffsetCheckpoint[], field: keyof PartitionCheckpoint): void => {
    for (const { topic, partition, offset } of entries) {
      const key = `${topic}-${partition}`;
      const before = checkpoints.get(key) ?? { recoveryPoint: undefined, logStartOffset: undefined };
      checkpoints.set(key, { ...before, [field]: offset });
    }
  };
  note(await readOffsetCheckpoints(storage, `${path}/${files.recoveryPoint}`), "recoveryPoint");
  note(await readOffsetCheckpoints(storage, `${path}/${files.logStart}`), "logStartOffset");
  return checkpoints;
}
