import fs from "node:fs";
import type { StorageFile } from "./storage.js";

/**
 * A file on disk behind a plain descriptor.
 *
 * The callback functions of `node:fs` are used instead of `FileHandle`: they cost about half as much per call, and a log makes one
 * per group of batches.
 */
export class DiskFile implements StorageFile {
  readonly #descriptor: number;
  #size: number;
  #closing: Promise<void> | undefined;

  private constructor(descriptor: number, size: number) {
    this.#descriptor = descriptor;
    this.#size = size;
  }

  /** Opens `path` with the flags of `open(2)`; rejects with the system's error. */
  static async open(path: string, flags: number): Promise<DiskFile> {
    const descriptor = await settle<number>((done) => fs.open(path, flags, 0o644, done));
    try {
      const { size } = await settle<fs.Stats>((done) => fs.fstat(descriptor, done));
      return new DiskFile(descriptor, size);
    } catch (error) {
      await settle<void>((done) => fs.close(descriptor, done));
      throw error;
    }
  }

  async readAt(position: number, length: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(length, this.#size - position));
    const bytes = Buffer.allocUnsafeSlow(wanted);
    let filled = 0;
    while (filled < wanted) {
      const at = filled;
      const count = await settle<number>((done) =>
        fs.read(this.#descriptor, bytes, at, wanted - at, position + at, done),
      );
      if (count === 0) return bytes.subarray(0, filled);
      filled += count;
    }
    return bytes;
  }

  async writev(position: number, buffers: readonly Buffer[]): Promise<void> {
    let rest: readonly Buffer[] = buffers.filter((bytes) => bytes.length > 0);
    let at = position;
    try {
      while (rest.length > 0) {
        const count = await this.#writeOnce(rest.slice(0, maxBuffersPerCall), at);
        at += count;
        rest = without(rest, count);
        this.#size = Math.max(this.#size, at);
      }
    } catch (error) {
      // A failed call may have written a part, which the caller has to be able to cut off again.
      await this.#refreshSize();
      throw error;
    }
  }

  async truncate(size: number): Promise<void> {
    await settle<void>((done) => fs.ftruncate(this.#descriptor, size, done));
    this.#size = size;
  }

  async fsync(): Promise<void> {
    await settle<void>((done) => fs.fsync(this.#descriptor, done));
  }

  size(): number {
    return this.#size;
  }

  async close(): Promise<void> {
    this.#closing ??= settle<void>((done) => fs.close(this.#descriptor, done));
    await this.#closing;
  }

  #writeOnce(buffers: readonly Buffer[], position: number): Promise<number> {
    const [only] = buffers;
    if (buffers.length === 1 && only !== undefined) {
      return settle<number>((done) => fs.write(this.#descriptor, only, 0, only.length, position, done));
    }
    return settle<number>((done) => fs.writev(this.#descriptor, buffers, position, done));
  }

  async #refreshSize(): Promise<void> {
    try {
      this.#size = (await settle<fs.Stats>((done) => fs.fstat(this.#descriptor, done))).size;
    } catch {
      // The error of the write itself is the one to report; the size stays at the last byte known to be written.
    }
  }
}

// The least IOV_MAX that POSIX systems in use have.
const maxBuffersPerCall = 1024;

type Done<T> = (error: NodeJS.ErrnoException | null | undefined, value: T) => void;

function settle<T>(start: (done: Done<T>) => void): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    start((error, value) => {
      if (error) reject(error);
      else resolve(value);
    });
  });
}

function without(buffers: readonly Buffer[], count: number): readonly Buffer[] {
  let left = count;
  for (const [index, bytes] of buffers.entries()) {
    if (left < bytes.length) return [bytes.subarray(left), ...buffers.slice(index + 1)];
    left -= bytes.length;
  }
  return [];
}
