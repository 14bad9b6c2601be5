import { type OpenOptions, type Storage, StorageError, type StorageFile } from "./storage.js";

/** The operations of a storage that can be made to fail. */
export type StorageOperation = Exclude<keyof Storage, "isVolatile"> | "read" | "write" | "truncate" | "fsync";

/** One failure that is waiting to happen. */
export interface StorageFault {
  /** The operation that fails. */
  readonly operation: StorageOperation;
  /** The system's error code. Default `EIO`. */
  readonly code?: string;
  /** Only files whose path matches. Default all. */
  readonly path?: RegExp;
  /** How often it fails before all is well again. Default 1; `Infinity` for a dead disk. */
  readonly times?: number;
  /** For `write`: how many of the bytes reach the file before the failure: a torn write. Default 0. */
  readonly keepBytes?: number;
}

/**
 * A storage that passes everything on to another one, and fails where it was told to: a disk that breaks, tears writes or is full.
 *
 * @example
 * const storage = new FaultyStorage(new MemoryStorage());
 * storage.fail({ operation: "write", path: /\.log$/, code: "ENOSPC", keepBytes: 10 });
 */
export class FaultyStorage implements Storage {
  readonly #inner: Storage;
  #faults: { readonly fault: StorageFault; left: number }[] = [];
  #freeBytes = Number.POSITIVE_INFINITY;
  #isDetached = false;
  readonly #underWay = new Set<Promise<unknown>>();

  constructor(inner: Storage) {
    this.#inner = inner;
  }

  get isVolatile(): boolean {
    return this.#inner.isVolatile;
  }

  /** Lets coming operations fail. Faults are looked through in the order in which they were given. */
  fail(fault: StorageFault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 });
  }

  /** Lets every operation succeed again. */
  heal(): void {
    this.#faults = [];
    this.#freeBytes = Number.POSITIVE_INFINITY;
  }

  /** Lets appends fail with `ENOSPC`, torn at the last byte that fits, once `bytes` more bytes were written. */
  limitFreeSpace(bytes: number): void {
    this.#freeBytes = bytes;
  }

  /**
   * Lets every operation fail from now on, as if the process had been killed, and resolves when those under way are over. Another
   * storage over the same files then finds what the killed one left.
   */
  async detach(): Promise<void> {
    this.#isDetached = true;
    while (this.#underWay.size > 0) await Promise.allSettled(this.#underWay);
  }

  async open(path: string, options?: OpenOptions): Promise<StorageFile> {
    return this.#faultyFile(path, await this.#run("open", path, () => this.#inner.open(path, options)));
  }

  async rename(from: string, to: string): Promise<void> {
    await this.#run("rename", from, () => this.#inner.rename(from, to));
  }

  async remove(path: string): Promise<void> {
    await this.#run("remove", path, () => this.#inner.remove(path));
  }

  async list(dir: string): Promise<string[]> {
    return await this.#run("list", dir, () => this.#inner.list(dir));
  }

  async makeDir(dir: string): Promise<void> {
    await this.#run("makeDir", dir, () => this.#inner.makeDir(dir));
  }

  async removeDir(dir: string): Promise<void> {
    await this.#run("removeDir", dir, () => this.#inner.removeDir(dir));
  }

  async fsyncDir(dir: string): Promise<void> {
    await this.#run("fsyncDir", dir, () => this.#inner.fsyncDir(dir));
  }

  async exists(path: string): Promise<boolean> {
    return await this.#run("exists", path, () => this.#inner.exists(path));
  }

  async readFile(path: string): Promise<Buffer | undefined> {
    return await this.#run("readFile", path, () => this.#inner.readFile(path));
  }

  async writeFileAtomic(path: string, bytes: Buffer): Promise<void> {
    await this.#run("writeFileAtomic", path, () => this.#inner.writeFileAtomic(path, bytes));
  }

  #faultyFile(path: string, file: StorageFile): StorageFile {
    return {
      readAt: (position, length) => this.#run("read", path, () => file.readAt(position, length)),
      writev: (position, buffers) => this.#write(path, file, { position, buffers }),
      truncate: (size) => this.#run("truncate", path, () => file.truncate(size)),
      fsync: () => this.#run("fsync", path, () => file.fsync()),
      size: () => file.size(),
      // A process that is killed gives its files back, too.
      close: () => file.close(),
    };
  }

  /** Starts an operation unless it is to fail, and knows of it until it is over. */
  async #run<T>(operation: StorageOperation, path: string, start: () => Promise<T>): Promise<T> {
    const fault = this.#takeDue(operation, path);
    if (fault !== undefined) throw new StorageError(fault.code ?? "EIO", operation, path);
    return await this.#watched(start());
  }

  async #watched<T>(started: Promise<T>): Promise<T> {
    this.#underWay.add(started);
    try {
      return await started;
    } finally {
      this.#underWay.delete(started);
    }
  }

  async #write(
    path: string,
    file: StorageFile,
    write: { position: number; buffers: readonly Buffer[] },
  ): Promise<void> {
    const total = write.buffers.reduce((sum, bytes) => sum + bytes.length, 0);
    const fault = this.#takeDue("write", path);
    const kept = fault === undefined ? Math.min(total, this.#freeBytes) : Math.min(total, fault.keepBytes ?? 0);
    if (fault === undefined && kept === total) {
      await this.#watched(file.writev(write.position, write.buffers));
      this.#freeBytes -= total;
      return;
    }
    const torn = Buffer.concat(write.buffers).subarray(0, kept);
    if (kept > 0) await this.#watched(file.writev(write.position, [torn]));
    this.#freeBytes -= kept;
    throw new StorageError(fault === undefined ? "ENOSPC" : (fault.code ?? "EIO"), "write", path);
  }

  #takeDue(operation: StorageOperation, path: string): StorageFault | undefined {
    if (this.#isDetached) return { operation };
    const due = this.#faults.find(
      ({ fault, left }) => fault.operation === operation && left > 0 && (fault.path?.test(path) ?? true),
    );
    if (due === undefined) return undefined;
    due.left -= 1;
    return due.fault;
  }
}
