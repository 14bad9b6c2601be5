import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

/** A version of @platformatic/kafka that is installed here, under a name of its own. */
interface Installed {
  readonly alias: string;
  load(): Promise<unknown>;
}

/** The newest first: version 2 needs a newer Node than this project does. */
const installed: readonly Installed[] = [
  { alias: "platformatic-kafka-2", load: () => import("platformatic-kafka-2") },
  { alias: "platformatic-kafka-1", load: () => import("platformatic-kafka-1") },
];

interface Manifest {
  readonly version: string;
  readonly engines: { readonly node: string };
}

/** The newest version of @platformatic/kafka whose `engines` admit this Node, and how to load it. */
export function newestPlatformatic(): Installed & { readonly version: string } {
  for (const each of installed) {
    const { version, engines } = manifestOf(each.alias);
    if (admits(engines.node, process.versions.node)) return { ...each, version };
  }
  throw new Error(`no version of @platformatic/kafka here runs on Node ${process.versions.node}`);
}

/** The package keeps its manifest to itself, so it is looked for beside its entry. */
function manifestOf(alias: string): Manifest {
  for (const folder of createRequire(import.meta.url).resolve.paths(alias) ?? []) {
    try {
      return JSON.parse(readFileSync(join(folder, alias, "package.json"), "utf8")) as Manifest;
    } catch {
      // Then one folder up, as Node itself looks for packages.
    }
  }
  throw new Error(`${alias} is not installed`);
}

/** Whether a range such as `>= 20.19.4 || >= 22.18.0` admits a version. */
function admits(range: string, version: string): boolean {
  const ordinal = (text: string): number => {
    const [major = 0, minor = 0, patch = 0] = text
      .replaceAll(/[^\d.]/g, "")
      .split(".")
      .map(Number);
    return major * 1e6 + minor * 1e3 + patch;
  };
  return range.split("||").some((least) => ordinal(version) >= ordinal(least));
}
