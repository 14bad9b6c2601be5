import fs from "node:fs";
import { DiskFile } from "./disk-file.js";
import { makeDirectory } from "./make-directory.js";
import { type OpenOptions, parentDir, type Storage, storageErrorCode, type StorageFile } from "./storage.js";

/** Storage in the file system of the machine, through Node's asynchronous calls. */
export class DiskStorage implements Storage {
  readonly isVolatile = false;

  async open(path: string, { create = false }: OpenOptions = {}): Promise<StorageFile> {
    const flags = fs.constants.O_RDWR | (create ? fs.constants.O_CREAT : 0);
    return await DiskFile.open(path, flags);
  }

  async rename(from: string, to: string): Promise<void> {
    await fs.promises.rename(from, to);
  }

  async remove(path: string): Promise<void> {
    await fs.promises.rm(path, { force: true });
  }

  async list(dir: string): Promise<string[]> {
    const names = await unlessAbsent(fs.promises.readdir(dir));
    return names?.sort() ?? [];
  }

  async makeDir(dir: string): Promise<void> {
    await makeDirectory(dir);
  }

  async removeDir(dir: string): Promise<void> {
    await fs.promises.rm(dir, { recursive: true, force: true });
  }

  async fsyncDir(dir: string): Promise<void> {
    // Windows cannot open a directory for flushing; its file systems journal names by themselves.
    if (process.platform === "win32") return;
    const handle = await fs.promises.open(dir === "" ? "." : dir, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  }

  async exists(path: string): Promise<boolean> {
    return (await unlessAbsent(fs.promises.stat(path))) !== undefined;
  }

  async readFile(path: string): Promise<Buffer | undefined> {
    return await unlessAbsent(fs.promises.readFile(path));
  }

  async writeFileAtomic(path: string, bytes: Buffer): Promise<void> {
    const temporary = `${path}.tmp`;
    const file = await DiskFile.open(temporary, fs.constants.O_RDWR | fs.constants.O_CREAT | fs.constants.O_TRUNC);
    try {
      await file.writev(0, [bytes]);
      await file.fsync();
    } finally {
      await file.close();
    }
    await fs.promises.rename(temporary, path);
    await this.fsyncDir(parentDir(path));
  }
}

async function unlessAbsent<T>(operation: Promise<T>): Promise<T | undefined> {
  try {
    return await operation;
  } catch (error) {
    const code = storageErrorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw error;
  }
}
