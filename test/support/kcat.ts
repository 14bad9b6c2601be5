import { spawnSync } from "node:child_process";

/** Why kcat cannot be run on this machine, as a sentence; undefined when it can. */
export function missingForKcat(): string | undefined {
  return spawnSync("kcat", ["-V"]).error === undefined ? undefined : "kcat is not installed";
}
