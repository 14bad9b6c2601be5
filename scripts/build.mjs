// Builds packages/*/dist. `build` makes the ES modules that programs and tests run on, and the declarations; `bundle` adds what
// only published packages need.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleForRequire, bundleModules } from "./bundle.mjs";
import { root, runBin, say, stampFolder } from "./process.mjs";

const stamp = join(stampFolder, "built");

/** Makes every package's declarations with `tsc -b` and its modules with esbuild, when a source file changed since the last time. */
export async function build() {
  const packages = publishedPackages();
  const wanted = fingerprint(packages);
  const complete = packages.every((folder) => existsSync(join(root, folder, "dist", "index.js")));
  if (complete && existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  say(`building ${packages.length} packages`);
  const start = performance.now();
  for (const folder of packages) removeOrphans(join(root, folder));
  await runBin("typescript", "tsc", ["-b", ...packages.map((folder) => join(folder, "tsconfig.build.json"))]);
  await Promise.all(packages.map((folder) => bundleModules(join(root, folder))));
  mkdirSync(stampFolder, { recursive: true });
  writeFileSync(stamp, wanted);
  say(`built in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

/** Adds the CommonJS bundle and its declarations to every built package. */
export async function bundle() {
  say("bundling for CommonJS");
  for (const folder of publishedPackages()) await bundleForRequire(join(root, folder));
}

/** The folders below packages/ that have sources. */
function publishedPackages() {
  return readdirSync(join(root, "packages"))
    .map((folder) => join("packages", folder))
    .filter((folder) => existsSync(join(root, folder, "src", "index.ts")));
}

/** Path, size and time of everything that makes up a build. Reading some hundred directory entries is much quicker than asking tsc. */
function fingerprint(/** @type {string[]} */ packages) {
  const hash = createHash("sha256").update(readFileSync(join(root, "pnpm-lock.yaml")));
  const files = packages.flatMap((folder) => [
    join(folder, "package.json"),
    join(folder, "tsconfig.build.json"),
    ...sourcesIn(join(folder, "src")),
  ]);
  for (const file of [
    "tsconfig.base.json",
    "scripts/build.mjs",
    "scripts/bundle.mjs",
    "scripts/worker-text.mjs",
    ...files,
  ]) {
    const { size, mtimeMs } = statSync(join(root, file));
    hash.update(`${file} ${size} ${mtimeMs}\n`);
  }
  return hash.digest("hex");
}

/** @returns {string[]} */
function sourcesIn(/** @type {string} */ folder) {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourcesIn(path);
    return path.endsWith(".ts") && !path.endsWith(".test.ts") ? [path] : [];
  });
}

/**
 * Removes all modules, which are made anew, and declarations whose source is gone, which `tsc -b` leaves behind: they would be
 * published, and could still be imported.
 */
function removeOrphans(/** @type {string} */ folder, inside = "") {
  const dist = join(folder, "dist", inside);
  if (!existsSync(dist)) return;
  for (const entry of readdirSync(dist, { withFileTypes: true })) {
    const path = join(inside, entry.name);
    if (entry.isDirectory()) {
      if (path !== "cjs") removeOrphans(folder, path);
      continue;
    }
    const source = path.replace(/\.d\.ts(\.map)?$/, ".ts");
    const isOrphan = source !== path && (source.endsWith(".test.ts") || !existsSync(join(folder, "src", source)));
    if (isOrphan || /\.js(\.map)?$/.test(path)) rmSync(join(dist, entry.name));
  }
}
