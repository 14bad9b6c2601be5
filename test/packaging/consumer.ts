import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestProject } from "vitest/node";
import { runProgram } from "../support/child-program.js";
import { publishedPackages, readManifest } from "./published.js";
import { repository } from "../support/repository.js";

/** Programs that the tests bring along, at versions that stay: what an application's author would have installed. */
const tools = {
  jest: "30.5.2",
  typescript: "5.9.3",
  "@types/node": "20.19.43",
} as const;

const nodes = { 20: "20.20.2", 22: "22.23.3", 24: "24.21.0" } as const;

declare module "vitest" {
  interface ProvidedContext {
    /** A folder outside of the workspace for whatever tests install; it goes at the end. */
    work: string;
    /** A folder in it in which all packed packages are installed, as an application's folder would be. */
    application: string;
    /** The folder of an installation of {@link tools}. */
    tools: string;
    /** The packed packages by name. */
    tarballs: Record<string, string>;
    /** Node's executables by major version. */
    nodes: Record<string, string>;
  }
}

let work = "";

/** Packs every published package and installs the tarballs in an empty application. Runs once before all tests of this folder. */
export async function setup({ provide }: TestProject): Promise<void> {
  work = mkdtempSync(join(tmpdir(), "moldau-packaging-"));
  const application = join(work, "application");
  // Packing is work for a core; what is fetched meanwhile mostly waits for the registry.
  const [tarballs, programs, executables] = await Promise.all([
    pack(join(work, "tarballs")),
    installed("tools", Object.entries(tools)),
    allNodes(),
  ]);
  await newApplication(application, [...Object.values(tarballs), `@types/node@${tools["@types/node"]}`]);
  provide("work", work);
  provide("application", application);
  provide("tarballs", tarballs);
  provide("tools", programs);
  provide("nodes", executables);
}

/** Makes an empty application in a new folder, and installs packages in it: tarballs, or names with a version. */
export async function newApplication(folder: string, packages: readonly string[]): Promise<void> {
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "application", private: true }));
  await npm(folder, ["install", "--save-exact", ...packages]);
}

export function teardown(): void {
  rmSync(work, { recursive: true, force: true });
}

async function pack(destination: string): Promise<Record<string, string>> {
  mkdirSync(destination);
  const tarballs: Record<string, string> = {};
  for (const { folder, name } of publishedPackages) {
    const { code, stdout, stderr } = await pnpm(folder, ["pack", "--pack-destination", destination, "--json"]);
    if (code !== 0) throw new Error(`${name} could not be packed:\n${stdout}${stderr}`);
    const { filename } = JSON.parse(stdout) as { filename: string };
    tarballs[name] = filename;
  }
  return tarballs;
}

/** The environment of a user's terminal: without what Vitest, npm and pnpm tell their children, which would help Node to find packages. */
export const plainEnvironment: NodeJS.ProcessEnv = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(NODE_PATH|NODE_OPTIONS|NODE_ENV|VITEST.*|TEST|npm_(?!config_).*)$/.test(name),
  ),
);

/** Runs the pinned pnpm in a folder. */
function pnpm(cwd: string, args: readonly string[]): ReturnType<typeof runProgram> {
  const { packageManager } = readManifest(repository) as unknown as { packageManager: string };
  return runProgram("npx", ["--yes", packageManager, ...args], { cwd, timeoutMs: 120_000 });
}

async function allNodes(): Promise<Record<string, string>> {
  const found = Object.entries(nodes).map(async ([major, version]): Promise<[string, string]> => {
    if (process.versions.node.startsWith(`${major}.`)) return [major, process.execPath];
    return [major, join(await installed(`node-${major}`, [["node", version]]), "node_modules/node/bin/node")];
  });
  return Object.fromEntries(await Promise.all(found));
}

/** Installs packages in a folder that is kept for the next run; another list of versions makes another folder. */
async function installed(name: string, packages: readonly (readonly [string, string])[]): Promise<string> {
  const specs = packages.map(([known, version]) => `${known}@${version}`);
  const cache = join(repository, "node_modules/.cache/packaging");
  const folder = join(cache, `${name}-${createHash("sha256").update(specs.join()).digest("hex").slice(0, 12)}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const partial = mkdtempSync(join(cache, "partial-"));
  writeFileSync(join(partial, "package.json"), JSON.stringify({ name, private: true }));
  await npm(partial, ["install", ...specs]);
  renameSync(partial, folder);
  return folder;
}

/** Runs npm in a folder; fails with what it printed. */
export async function npm(cwd: string, args: readonly string[]): Promise<void> {
  const options = ["--no-audit", "--no-fund", "--no-package-lock", "--loglevel=error"];
  const { code, stdout, stderr } = await runProgram("npm", [...args, ...options], { cwd, timeoutMs: 240_000 });
  if (code !== 0) throw new Error(`npm ${args.join(" ")} in ${readdirSync(cwd).join()} failed:\n${stdout}${stderr}`);
}
