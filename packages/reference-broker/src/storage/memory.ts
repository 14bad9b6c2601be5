import { MemoryFile } from "./memory-file.js";
import { type OpenOptions, parentDir, type Storage, StorageError, type StorageFile } from "./storage.js";

/** What of a {@link MemoryStorage} is left after a crash. */
export interface ForkOptions {
  /** True for a power failure: bytes appended since a file's last fsync are gone. Default false: the process was killed, all is kept. */
  readonly loseUnflushed?: boolean;
}

/**
 * Storage in this process's memory, with the semantics of a disk: what was written is what a reopened file shows.
 *
 * `fork` gives an independent copy, as a restarted broker would find it after a kill or a power failure.
 */
export class MemoryStorage implements Storage {
  readonly isVolatile = true;
  readonly #files = new Map<string, MemoryFile>();
  readonly #dirs = new Set<string>();

  /** Bytes held by all files together. */
  get sizeInBytes(): number {
    let total = 0;
    for (const file of this.#files.values()) total += file.size;
    return total;
  }

  /** An independent storage with the same files, as they would be found after a crash. */
  fork({ loseUnflushed = false }: ForkOptions = {}): MemoryStorage {
    const copy = new MemoryStorage();
    for (const dir of this.#dirs) copy.#dirs.add(dir);
    for (const [path, file] of this.#files)
      copy.#files.set(path, file.clone(loseUnflushed ? file.flushedSize : file.size));
    return copy;
  }

  async open(path: string, { create = false }: OpenOptions = {}): Promise<StorageFile> {
    let file = this.#files.get(path);
    if (file === undefined) {
      if (!create) throw new StorageError("ENOENT", "open", path);
      this.#requireDir(path, "open");
      file = new MemoryFile();
      this.#files.set(path, file);
    }
    return new OpenMemoryFile(path, file);
  }

  async rename(from: string, to: string): Promise<void> {
    this.#requireDir(to, "rename");
    const file = this.#files.get(from);
    if (file !== undefined) {
      this.#files.delete(from);
      this.#files.set(to, file);
      return;
    }
    if (!this.#dirs.has(from)) throw new StorageError("ENOENT", "rename", from);
    this.#moveDir(from, to);
  }

  async remove(path: string): Promise<void> {
    this.#files.delete(path);
  }

  async list(dir: string): Promise<string[]> {
    const names = new Set<string>();
    const prefix = dir === "" ? "" : `${dir}/`;
    for (const path of [...this.#files.keys(), ...this.#dirs]) {
      if (!path.startsWith(prefix) || path === dir) continue;
      const [name = ""] = path.slice(prefix.length).split("/", 1);
      names.add(name);
    }
    return [...names].sort();
  }

  async makeDir(dir: string): Promise<void> {
    for (let path = dir; path !== "" && !this.#dirs.has(path); path = parentDir(path)) this.#dirs.add(path);
  }

  async removeDir(dir: string): Promise<void> {
    for (const path of this.#files.keys()) if (path.startsWith(`${dir}/`)) this.#files.delete(path);
    for (const path of this.#dirs) if (path === dir || path.startsWith(`${dir}/`)) this.#dirs.delete(path);
  }

  async fsyncDir(_dir: string): Promise<void> {
    // Names are never lost here: a fork keeps every file, if need be an empty one.
  }

  async exists(path: string): Promise<boolean> {
    return this.#files.has(path) || this.#dirs.has(path);
  }

  async readFile(path: string): Promise<Buffer | undefined> {
    const file = this.#files.get(path);
    return file === undefined ? undefined : Buffer.from(file.read(0, file.size));
  }

  async writeFileAtomic(path: string, bytes: Buffer): Promise<void> {
    this.#requireDir(path, "open");
    const file = new MemoryFile();
    file.write(0, bytes);
    file.flush();
    this.#files.set(path, file);
  }

  #requireDir(path: string, operation: string): void {
    const dir = parentDir(path);
    if (dir !== "" && !this.#dirs.has(dir)) throw new StorageError("ENOENT", operation, path);
  }

  #moveDir(from: string, to: string): void {
    for (const [path, file] of [...this.#files]) {
      if (!path.startsWith(`${from}/`)) continue;
      this.#files.delete(path);
      this.#files.set(to + path.slice(from.length), file);
    }
    for (const path of [...this.#dirs]) {
      if (path !== from && !path.startsWith(`${from}/`)) continue;
      this.#dirs.delete(path);
      this.#dirs.add(to + path.slice(from.length));
    }
  }
}

class OpenMemoryFile implements StorageFile {
  readonly #path: string;
  readonly #file: MemoryFile;
  #isOpen = true;

  constructor(path: string, file: MemoryFile) {
    this.#path = path;
    this.#file = file;
  }

  async readAt(position: number, length: number): Promise<Buffer> {
    return this.#opened("read").read(position, length);
  }

  async writev(position: number, buffers: readonly Buffer[]): Promise<void> {
    const file = this.#opened("write");
    if (position > file.size)
      throw new StorageError("EINVAL", `write behind the end (${position} > ${file.size}) of`, this.#path);
    let at = position;
    for (const bytes of buffers) {
      file.write(at, bytes);
      at += bytes.length;
    }
  }

  async truncate(size: number): Promise<void> {
    this.#opened("truncate").truncate(size);
  }

  async fsync(): Promise<void> {
    this.#opened("fsync").flush();
  }

  size(): number {
    return this.#file.size;
  }

  async close(): Promise<void> {
    this.#isOpen = false;
  }

  #opened(operation: string): MemoryFile {
    if (!this.#isOpen) throw new StorageError("EBADF", operation, this.#path);
    return this.#file;
  }
}
