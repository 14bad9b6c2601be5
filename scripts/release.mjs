// Publishing. What is released, and under which version, comes from the changesets; `--dry-run` goes the whole way in a copy of the
// last commit, up to the point where a registry would be asked.

import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { build, bundle } from "./build.mjs";
import { install, pnpm } from "./install.mjs";
import { Failure, root, runQuietly, say } from "./process.mjs";
import { inOrder, problemsOf, readPublished, workflowProblems } from "./release-rules.mjs";

/** @typedef {import("./release-rules.mjs").Published} Published */

/** Publishes what the last version run prepared, or with `--dry-run` shows what would be published. */
export async function release(/** @type {string[]} */ args) {
  const { values } = parseArgs({ args, options: { "dry-run": { type: "boolean" } } });
  await install();
  if (values["dry-run"] === true) return await rehearse();
  await publish();
}

/** Only where a provenance statement can be signed, so that whoever installs a package can see which commit it was made from. */
async function publish() {
  if (process.env["ACTIONS_ID_TOKEN_REQUEST_URL"] === undefined)
    throw new Failure(
      "packages are published by .github/workflows/release.yml alone, which can sign where they come from. Try: npm run release -- --dry-run",
    );
  const pending = changesetsIn(root);
  if (pending.length > 0)
    throw new Failure(
      `${pending.length} changesets have no version yet. Run: npm run changeset version, and commit that.`,
    );
  await build();
  await bundle();
  say("publishing");
  await pnpm(["exec", "changeset", "publish"]);
}

async function rehearse() {
  const work = mkdtempSync(join(tmpdir(), "moldau-release-"));
  try {
    await rehearseIn(work);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function rehearseIn(/** @type {string} */ work) {
  const copy = join(work, "copy");
  await copyLastCommit(copy);
  const before = readPublished(copy);
  const pending = changesetsIn(copy);
  say(`giving ${pending.length} changesets a version`);
  await here(copy, ["changeset", "version"]);
  say("building what would be packed");
  await here(copy, ["build"]);
  const published = readPublished(copy);
  const packed = await packAll(published, { copy, tarballs: join(work, "tarballs") });
  const problems = [
    ...workflowProblems(readFileSync(join(copy, ".github/workflows/release.yml"), "utf8")),
    ...problemsOf(published, { before, hasChanges: pending.length > 0, packed }),
  ];
  if (problems.length > 0)
    throw new Failure(`this cannot be released:\n${problems.map((each) => `  ${each}`).join("\n")}`);
  report(published, packed);
}

async function copyLastCommit(/** @type {string} */ copy) {
  await must("git", ["clone", "--quiet", "--local", root, copy]);
  const { output } = await runQuietly("git", ["status", "--porcelain"]);
  const left = output.split("\n").filter((line) => line !== "").length;
  say(`copied the last commit${left === 0 ? "" : `; ${left} files with changes that are not committed are left out`}`);
}

/** Runs one of the repository's own commands in a copy of it. */
async function here(/** @type {string} */ copy, /** @type {string[]} */ args) {
  await must(process.execPath, [join(copy, "scripts/run.cjs"), ...args], { cwd: copy });
}

/**
 * Packs every package as pnpm would for publishing, and has npm go through publishing the tarballs.
 *
 * @returns {Promise<Map<string, { bytes: number, files: string[] }>>}
 */
async function packAll(
  /** @type {readonly Published[]} */ published,
  /** @type {{ copy: string, tarballs: string }} */ { copy, tarballs },
) {
  mkdirSync(tarballs);
  /** @type {Map<string, { bytes: number, files: string[] }>} */
  const packed = new Map();
  for (const { manifest, folder } of inOrder(published)) {
    say(`packing ${manifest.name} ${manifest.version}`);
    await pnpm(["pack", "--pack-destination", tarballs], { cwd: join(copy, folder) });
    packed.set(manifest.name, await publishForShow(tarballs, manifest));
  }
  return packed;
}

/** Everything that npm does on publishing a tarball, but for sending it. @returns {Promise<{ bytes: number, files: string[] }>} */
async function publishForShow(/** @type {string} */ tarballs, /** @type {Published["manifest"]} */ { name, version }) {
  const tarball = join(tarballs, `${name.replace("@", "").replace("/", "-")}-${version}.tgz`);
  const args = ["publish", "--dry-run", "--json", "--provenance", "--access", "public", tarball];
  const output = await must("npm", args, { cwd: tarballs });
  /** @type {Record<string, { size: number, files: { path: string }[] }> & { size: number, files: { path: string }[] }} */
  const told = JSON.parse(output.slice(output.indexOf("{\n"), output.lastIndexOf("}") + 1));
  const { size, files } = told[name] ?? told; // npm 11 names the package around it, npm 10 does not
  return { bytes: size, files: files.map(({ path }) => path) };
}

function report(
  /** @type {readonly Published[]} */ published,
  /** @type {Map<string, { bytes: number, files: string[] }>} */ packed,
) {
  for (const { manifest, changes } of published) {
    process.stdout.write(`\n# ${manifest.name} ${manifest.version}\n\n${changes ?? "Nothing changed.\n"}`);
  }
  process.stdout.write("\nWould be published, in this order, each with a provenance statement:\n\n");
  for (const { manifest } of inOrder(published)) {
    const { bytes = 0, files = [] } = packed.get(manifest.name) ?? {};
    const name = `${manifest.name}@${manifest.version}`;
    process.stdout.write(
      `  ${name.padEnd(36)} ${(bytes / 1000).toFixed(0).padStart(6)} kB ${String(files.length).padStart(5)} files\n`,
    );
  }
  process.stdout.write("\nNothing was published, and nothing in this folder was changed.\n");
}

/** The names of the changesets that wait for a release. */
function changesetsIn(/** @type {string} */ folder) {
  const changesets = join(folder, ".changeset");
  if (!existsSync(changesets)) return [];
  return readdirSync(changesets).filter((file) => file.endsWith(".md") && file !== "README.md");
}

/** Runs a program that has to succeed; returns what it printed. */
async function must(/** @type {string} */ command, /** @type {string[]} */ args, { cwd = root } = {}) {
  const { code, output } = await runQuietly(command, args, {
    cwd,
    shell: command === "npm" && process.platform === "win32",
  });
  if (code !== 0) throw new Failure(`${command} ${args.join(" ")} failed (exit code ${code}):\n${output}`);
  return output;
}
