import { mkdir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { storageErrorCode } from "./storage.js";

/**
 * Makes a directory and those above it; an existing one is not an error. Rejects with the system's error when one cannot be made.
 *
 * Node's own `mkdir` with `recursive` tries for ever where a file system says that a directory's parent, which is there, is not (`/proc`,
 * some network mounts): here each step down is tried once.
 */
export async function makeDirectory(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (error) {
    const code = storageErrorCode(error);
    if (code === "ENOENT" && dirname(path) !== path && !(await isDirectory(dirname(path)))) {
      await makeDirectory(dirname(path));
      await mkdir(path).catch((again: unknown) => passOverDirectory(again, path));
    } else await passOverDirectory(error, path);
  }
}

/** Somebody else may have made it meanwhile; what is there and no directory stays an error. */
async function passOverDirectory(error: unknown, path: string): Promise<void> {
  if (!(await isDirectory(path))) throw error;
}

async function isDirectory(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}
