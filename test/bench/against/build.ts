import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { wrongUse } from "../../support/command-line.js";

/** A checkout of this repository whose packages are built, as the programs here load them. */
export interface Build {
  /** As the tables call it. */
  readonly name: string;
  readonly folder: string;
  /** How Node is started, so that our packages come from this build: the same for every build but for the folder. */
  readonly node: { readonly execArgv: readonly string[]; readonly env: NodeJS.ProcessEnv };
}

/** This build and the one in a folder. Ends the program with a sentence when there is no build in it. */
export function buildsToCompare(folder: string): readonly [Build, Build] {
  const other = resolve(folder);
  if (!existsSync(join(other, "packages/client/dist/index.js")))
    wrongUse(`--against takes the folder of a built checkout, and ${other} has no build: run "npm run build" there`);
  return [build("this", fileURLToPath(new URL("../../../../../", import.meta.url))), build("other", other)];
}

/** What tells one build from another: the commit that stands in its checkout. */
export function commitOf({ folder }: Build): string {
  try {
    const git = readFileSync(join(folder, ".git"), "utf8");
    const head = readFileSync(join(git.replace(/^gitdir: /, "").trim(), "HEAD"), "utf8").trim();
    return head.startsWith("ref: ") ? head.slice(5) : head.slice(0, 12);
  } catch {
    return "a folder";
  }
}

function build(name: string, folder: string): Build {
  const execArgv = ["--import", new URL("use-build.js", import.meta.url).href];
  return { name, folder, node: { execArgv, env: { ...process.env, BENCH_BUILD: folder } } };
}
