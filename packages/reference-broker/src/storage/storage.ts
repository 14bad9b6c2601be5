/**
 * The file-level storage that every log of the broker writes to: in memory or on disk, with the same code above it.
 *
 * Recovery, torn writes and failing disks are therefore one code path that tests can walk without a disk. Paths are `/`-separated.
 * Every method rejects with an error that carries the system's `code` (`ENOENT`, `ENOSPC`, `EIO`, …) when the operation fails.
 */
export interface Storage {
  /** Whether the contents live in this process's memory already, so that a second copy of them in a cache would be waste. */
  readonly isVolatile: boolean;
  /** Opens a file for reading and writing. With `create`, an absent file is made empty; without, it rejects with `ENOENT`. */
  open(path: string, options?: OpenOptions): Promise<StorageFile>;
  /** Gives a file or directory another name, replacing a file that has that name. Atomic. */
  rename(from: string, to: string): Promise<void>;
  /** Removes a file. An absent file is not an error. */
  remove(path: string): Promise<void>;
  /** The names of a directory's entries in ascending order; empty when there is no such directory. */
  list(dir: string): Promise<string[]>;
  /** Makes a directory and those above it. An existing one is not an error. */
  makeDir(dir: string): Promise<void>;
  /** Removes a directory with everything in it. An absent one is not an error. */
  removeDir(dir: string): Promise<void>;
  /** Makes the names in a directory (created, renamed, removed files) survive a power failure. */
  fsyncDir(dir: string): Promise<void>;
  /** Whether a file or directory of this name exists. */
  exists(path: string): Promise<boolean>;
  /** The whole contents of a file, or undefined when it does not exist. */
  readFile(path: string): Promise<Buffer | undefined>;
  /** Replaces a file as a whole: written beside it, flushed, renamed over it, the directory flushed. A crash leaves the old or the new contents. */
  writeFileAtomic(path: string, bytes: Buffer): Promise<void>;
}

/** How a file is opened. */
export interface OpenOptions {
  /** Make the file when it does not exist. Default false. */
  readonly create?: boolean;
}

/** One open file. Positions and lengths are in bytes. */
export interface StorageFile {
  /** Reads up to `length` bytes at `position`; fewer when the file ends before. The result is the caller's to read, not to change. */
  readAt(position: number, length: number): Promise<Buffer>;
  /**
   * Writes the buffers one after the other, beginning at `position`, which is at most the file's size. When it rejects, any part of them
   * may have been written; {@link StorageFile.size} tells how far the file reaches now.
   */
  writev(position: number, buffers: readonly Buffer[]): Promise<void>;
  /** Cuts the file to `size` bytes, or fills it with zeros up to there. */
  truncate(size: number): Promise<void>;
  /** Makes the contents survive a power failure. */
  fsync(): Promise<void>;
  /** The file's size in bytes. */
  size(): number;
  /** Releases the file. Idempotent. */
  close(): Promise<void>;
}

/** An error as the system reports it: a sentence and a `code` such as `ENOENT`. */
export class StorageError extends Error {
  /** The system's name of the failure: `ENOENT`, `ENOSPC`, `EIO`, `EBADF`, … */
  readonly code: string;

  constructor(code: string, operation: string, path: string) {
    super(`${code}: ${operation} '${path}'`);
    this.name = "StorageError";
    this.code = code;
  }
}

/** The system's `code` of whatever a storage threw, or undefined when it has none. */
export function storageErrorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** The directory that holds `path`; empty for a bare name. */
export function parentDir(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}
