import { storageErrorCode } from "../storage/storage.js";

/** A data directory that cannot be made or written to. `code` is the system's: `EACCES`, `ENOTDIR`, `ENOSPC`, … */
export class DataDirectoryError extends Error {
  readonly code: string | undefined;
  /** The directory. */
  readonly path: string;

  constructor(path: string, cause: unknown) {
    const code = storageErrorCode(cause);
    const reason =
      (code === undefined ? undefined : reasons.get(code)) ?? (cause instanceof Error ? cause.message : String(cause));
    super(`the data directory ${path} cannot be used: ${reason}`, { cause });
    this.name = "DataDirectoryError";
    this.code = code;
    this.path = path;
  }
}

const reasons: ReadonlyMap<string, string> = new Map([
  ["ENOTDIR", "something on the way to it is a file (ENOTDIR)"],
  ["EEXIST", "there is a file of that name (EEXIST)"],
  ["EACCES", "this user may not write there (EACCES)"],
  ["EPERM", "the system does not let anybody write there (EPERM)"],
  ["EROFS", "the file system is read-only (EROFS)"],
  ["ENOSPC", "the disk is full (ENOSPC)"],
  ["EDQUOT", "the disk quota is used up (EDQUOT)"],
  ["ENOENT", "the file system makes no directories there (ENOENT)"],
  ["ENAMETOOLONG", "the name is too long (ENAMETOOLONG)"],
  ["ELOOP", "its symbolic links go in a circle (ELOOP)"],
]);
