import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository, found from below: programs of test/ run as sources and, in the benchmarks, compiled elsewhere. */
export const repository: string = above(dirname(fileURLToPath(import.meta.url)));

function above(folder: string): string {
  if (existsSync(join(folder, "pnpm-workspace.yaml"))) return folder;
  if (dirname(folder) === folder) throw new Error("This program belongs into the repository, and runs outside of it.");
  return above(dirname(folder));
}
