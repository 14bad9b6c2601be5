import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repository } from "../support/repository.js";

export interface Manifest {
  name: string;
  version: string;
  description?: string;
  license?: string;
  private?: boolean;
  main?: string;
  types?: string;
  exports?: Record<string, unknown>;
  bin?: Record<string, string> | string;
  files?: string[];
  engines?: Record<string, string>;
  keywords?: string[];
  dependencies?: Record<string, string>;
}

export interface PublishedPackage {
  /** Its folder, absolute. */
  folder: string;
  name: string;
  manifest: Manifest;
  /** What users import: the name alone, and `name/internal` where there is one. */
  entries: string[];
}

/** Every package of the workspace that is published. */
export const publishedPackages: readonly PublishedPackage[] = readdirSync(join(repository, "packages"))
  .map((folder) => join(repository, "packages", folder))
  .filter((folder) => existsSync(join(folder, "package.json")))
  .map(describe)
  .filter(({ manifest }) => manifest.private !== true);

export function readManifest(folder: string): Manifest {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as Manifest;
}

function describe(folder: string): PublishedPackage {
  const manifest = readManifest(folder);
  const doors = Object.keys(manifest.exports ?? {}).filter((door) => !door.endsWith(".json"));
  return { folder, name: manifest.name, manifest, entries: doors.map((door) => manifest.name + door.slice(1)) };
}
