// Installs exactly what the lockfile says, with the pinned pnpm, and only when something changed since the last time.

import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { Failure, root, runNode, runQuietly, say, stampFolder } from "./process.mjs";

/**
 * Brings node_modules in line with the lockfile. Takes about a millisecond when it already is. The generator of the docs site and
 * its browser driver are more than a third of all packages, and most commands do without: they come with `docs: true`.
 */
export async function install({ docs = false } = {}) {
  const stamp = join(stampFolder, docs ? "installed-with-docs" : "installed");
  const wanted = fingerprint();
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === wanted) return;
  say(`installing packages from the lockfile with ${packageManager()}`);
  const start = performance.now();
  const which = docs ? [] : ["--filter=!moldau-docs"];
  await pnpm(["install", "--frozen-lockfile", "--config.confirm-modules-purge=false", ...which]);
  mkdirSync(stampFolder, { recursive: true });
  writeFileSync(stamp, wanted);
  if (docs) writeFileSync(join(stampFolder, "installed"), wanted);
  say(`installed in ${((performance.now() - start) / 1000).toFixed(1)} s`);
}

/** What the installed state depends on: the lockfile, the manifests, and the platform that native packages were chosen for. */
function fingerprint() {
  const workspaces = ["packages", "docs/examples"].flatMap((parent) =>
    readdirSync(join(root, parent)).map((folder) => join(parent, folder)),
  );
  const manifests = [".", "testing", "test", "docs", "docs/examples", ...workspaces].map((folder) =>
    join(folder, "package.json"),
  );
  const hash = createHash("sha256").update(`${process.platform} ${process.arch}`);
  for (const file of ["pnpm-lock.yaml", "pnpm-workspace.yaml", ...manifests]) {
    if (existsSync(join(root, file))) hash.update(file).update(readFileSync(join(root, file)));
  }
  return hash.digest("hex");
}

/** The pinned pnpm, with its version. @returns {string} */
function packageManager() {
  return JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager;
}

/**
 * Runs the pinned pnpm through npx, which fetches it into npm's own cache: nothing is installed globally, and corepack is not asked.
 * In a terminal an installation shows how far it is. Returns what was printed out of sight.
 *
 * @returns {Promise<string>}
 */
export async function pnpm(/** @type {string[]} */ args, { cwd = root } = {}) {
  const npmCli = process.env["npm_execpath"] ?? "";
  const [command, commandArgs] = npmCli.endsWith("npm-cli.js")
    ? [process.execPath, [npmCli, "exec", "--yes", "--", packageManager(), ...args]]
    : ["npx", ["--yes", packageManager(), ...args]];
  if (process.stderr.isTTY && command === process.execPath && args[0] === "install") {
    await runNode(commandArgs);
    return "";
  }
  const { code, output } = await runQuietly(command, commandArgs, {
    cwd,
    shell: command === "npx" && process.platform === "win32",
  });
  if (code !== 0) throw new Failure(`pnpm ${args.join(" ")} failed (exit code ${code}):\n${output}`);
  return output;
}
