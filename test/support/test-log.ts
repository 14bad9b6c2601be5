import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Uuid, writeBatch } from "@moldau/protocol-codec";
import type { RecordToWrite, WriteBatchOptions } from "@moldau/protocol-codec";
import { PartitionLog } from "../../packages/reference-broker/src/log/log.js";
import { defaultLogConfig } from "../../packages/reference-broker/src/log/log-config.js";
import type { LogConfig } from "../../packages/reference-broker/src/log/log-config.js";
import type { OpenLogOptions } from "../../packages/reference-broker/src/log/open-log.js";
import { DiskStorage } from "../../packages/reference-broker/src/storage/disk.js";
import { FaultyStorage } from "../../packages/reference-broker/src/storage/faulty.js";
import { MemoryStorage } from "../../packages/reference-broker/src/storage/memory.js";

/** Both kinds of storage, for `describe.each`. */
export const storageKinds = ["memory", "disk"] as const;
export type StorageKind = (typeof storageKinds)[number];

/** The id of the topic that test logs belong to. */
export const testTopicId = Uuid.parse("Zm9vYmFyYmF6cXV4MDAwMA");

/** A partition's directory on a storage that can be made to fail, and the logs that were opened on it. */
export class TestLog {
  /** What the test lets time be. */
  now = 1_700_000_000_000;
  readonly dir: string;
  /** The configuration that logs are opened with. */
  readonly config: LogConfig;
  readonly #temporary: string | undefined;
  #inner: MemoryStorage | DiskStorage;
  #opened: PartitionLog[] = [];
  storage: FaultyStorage;

  private constructor(storage: MemoryStorage | DiskStorage, config: Partial<LogConfig>, temporary?: string) {
    this.#inner = storage;
    this.storage = new FaultyStorage(storage);
    this.config = { ...defaultLogConfig, ...config };
    this.#temporary = temporary;
    this.dir = `${temporary ?? "data"}/flights-0`;
  }

  static async make(kind: StorageKind, config: Partial<LogConfig> = {}): Promise<TestLog> {
    if (kind === "memory") return new TestLog(new MemoryStorage(), config);
    return new TestLog(new DiskStorage(), config, await mkdtemp(join(tmpdir(), "moldau-log-")));
  }

  /** Opens the log, by default as after a crash. */
  async open(options: Partial<OpenLogOptions> = {}): Promise<PartitionLog> {
    const log = await PartitionLog.open({
      storage: this.storage,
      dir: this.dir,
      config: this.config,
      clock: { now: () => this.now, monotonic: () => this.now },
      topic: "flights",
      partition: 0,
      topicId: testTopicId,
      ...options,
    });
    this.#opened.push(log);
    return log;
  }

  /** Opens the log as a new process finds it after the former one was killed; what that one still held is lost. */
  async openAfterKill(options: Partial<OpenLogOptions> = {}): Promise<PartitionLog> {
    await this.storage.detach();
    if (this.#inner instanceof MemoryStorage) this.#inner = this.#inner.fork();
    this.storage = new FaultyStorage(this.#inner);
    return await this.open(options);
  }

  /** The name of a file of the partition. */
  path(name: string): string {
    return `${this.dir}/${name}`;
  }

  /** The files of the partition. */
  async files(): Promise<string[]> {
    return await this.storage.list(this.dir);
  }

  /** Replaces the contents of a file of the partition. */
  async overwrite(name: string, change: (content: Buffer) => Buffer): Promise<void> {
    const content = await this.storage.readFile(this.path(name));
    if (content === undefined) throw new Error(`${name} is not there`);
    await this.storage.writeFileAtomic(this.path(name), change(Buffer.from(content)));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.storage.heal();
    for (const log of this.#opened) await log.close();
    if (this.#temporary !== undefined) await rm(this.#temporary, { recursive: true, force: true });
  }
}

/** A batch of records with these values, all of one timestamp. */
export function batchOf(
  values: readonly string[],
  options: WriteBatchOptions & { readonly timestamp?: number } = {},
): Buffer {
  const { timestamp = 1_700_000_000_000, ...header } = options;
  return writeBatch(
    header,
    values.map((value): RecordToWrite => ({ timestamp, key: `key-${value}`, value })),
  );
}

/** Appends values as a client does that is not idempotent. */
export async function appendValues(log: PartitionLog, ...values: string[]): Promise<bigint> {
  const { firstOffset } = await log.append(batchOf(values), { leaderEpoch: 0, origin: "client" });
  return firstOffset;
}
