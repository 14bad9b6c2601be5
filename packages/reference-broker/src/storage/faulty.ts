import { type OpenOptions, type Storage, StorageError, type StorageFile } from "./storage.js";

/** The operations of a storage that can be made to fail. */
export type StorageOperation =
  | "open"
  | "read"
  | "write"
  | "truncate"
  | "fsync"
  | "rename"
  | "remove"
  | "writeFileAtomic";

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

  async open(path: string, options?: OpenOptions): Promise<StorageFile> {
    this.#throwDue("open", path);
    return this.#faultyFile(path, await this.#inner.open(path, options));
  }

  async rename(from: string, to: string): Promise<void> {
    this.#throwDue("rename", from);
    await this.#inner.rename(from, to);
  }

  async remove(path: string): Promise<void> {
    this.#throwDue("remove", path);
    await this.#inner.remove(path);
  }

  list(dir: string): Promise<string[]> {
    return this.#inner.list(dir);
  }

  makeDir(dir: string): Promise<void> {
    return this.#inner.makeDir(dir);
  }

  removeDir(dir: string): Promise<void> {
    return this.#inner.removeDir(dir);
  }

  fsyncDir(dir: string): Promise<void> {
    return this.#inner.fsyncDir(dir);
  }

  exists(path: string): Promise<boolean> {
    return this.#inner.exists(path);
  }

  readFile(path: string): Promise<Buffer | undefined> {
    return this.#inner.readFile(path);
  }

  async writeFileAtomic(path: string, bytes: Buffer): Promise<void> {
    this.#throwDue("writeFileAtomic", path);
    await this.#inner.writeFileAtomic(path, bytes);
  }

  #faultyFile(path: string, file: StorageFile): StorageFile {
    return {
      readAt: async (position, length) => {
        this.#throwDue("read", path);
        return await file.readAt(position, length);
      },
      writev: (position, buffers) => this.#write(path, file, { position, buffers }),
      truncate: async (size) => {
        this.#throwDue("truncate", path);
        await file.truncate(size);
      },
      fsync: async () => {
        this.#throwDue("fsync", path);
        await file.fsync();
      },
      size: () => file.size(),
      close: () => file.close(),
    };
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
      await file.writev(write.position, write.buffers);
      this.#freeBytes -= total;
      return;
    }
    if (kept > 0) await file.writev(write.position, [Buffer.concat(write.buffers).subarray(0, kept)]);
    throw new StorageError(fault === undefined ? "ENOSPC" : (fault.code ?? "EIO"), "write", path);
  }

  #throwDue(operation: StorageOperation, path: string): void {
    const fault = this.#takeDue(operation, path);
    if (fault !== undefined) throw new StorageError(fault.code ?? "EIO", operation, path);
  }

  #takeDue(operation: StorageOperation, path: string): StorageFault | undefined {
    const due = this.#faults.find(
      ({ fault, left }) => fault.operation === operation && left > 0 && (fault.path?.test(path) ?? true),
    );
    if (due === undefined) return undefined;
    due.left -= 1;
    return due.fault;
  }
}
