import { createHash } from "node:crypto";
import { realpath, rm } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A directory that this process keeps for itself. */
export interface DirectoryLock {
  /** Lets others have it. Idempotent. */
  release(): Promise<void>;
}

/**
 * Keeps a directory for this process, or rejects with a sentence when another has it.
 *
 * Node has no file locks, and a file with a process id in it outlives a killed process. A name that a process listens on does not: on Linux
 * and Windows the system forgets it with the process, elsewhere a socket file that nobody answers on is taken over.
 */
export async function lockDirectory(path: string): Promise<DirectoryLock> {
  const digest = createHash("sha256")
    .update(await realpath(path))
    .digest("hex")
    .slice(0, 32);
  const address = lockAddress(`moldau-${digest}`);
  const server = await listen(address).catch(async (error: unknown) => {
    if (!isAddressInUse(error) || !address.isFile || (await isAnswered(address.name))) throw inUse(path, error);
    await rm(address.name, { force: true });
    return listen(address);
  });
  server.unref();
  return { release: () => new Promise((resolve) => server.close(() => resolve())) };
}

interface LockAddress {
  readonly name: string;
  /** Whether it is a file that stays when the process is killed. */
  readonly isFile: boolean;
}

function lockAddress(name: string): LockAddress {
  if (process.platform === "linux") return { name: `\0${name}`, isFile: false };
  if (process.platform === "win32") return { name: `\\\\.\\pipe\\${name}`, isFile: false };
  return { name: join(tmpdir(), `${name}.sock`), isFile: true };
}

function listen({ name }: LockAddress): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer((socket) => socket.destroy());
    server.once("error", reject);
    server.listen(name, () => resolve(server));
  });
}

function isAnswered(name: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(name);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
  });
}

function isAddressInUse(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "EADDRINUSE";
}

function inUse(path: string, cause: unknown): Error {
  return isAddressInUse(cause)
    ? new Error(`the data directory ${path} is in use by another broker: stop that one, or choose another directory`, {
        cause,
      })
    : new Error(`the data directory ${path} could not be locked`, { cause });
}
