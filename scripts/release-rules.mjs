// What has to be true of packages that are to be published.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * @typedef {object} Manifest
 * @property {string} name
 * @property {string} version
 * @property {boolean} [private]
 * @property {{ type?: string, url?: string, directory?: string }} [repository]
 * @property {{ access?: string, provenance?: boolean }} [publishConfig]
 * @property {Record<string, string>} [dependencies]
 */

/**
 * @typedef {object} Published
 * @property {string} folder Its folder in the repository.
 * @property {Manifest} manifest
 * @property {string | undefined} changes What the changelog says of this version.
 */

/** The packages of a checkout that are published, by name. @returns {Published[]} */
export function readPublished(/** @type {string} */ checkout) {
  return readdirSync(join(checkout, "packages"))
    .map((name) => `packages/${name}`)
    .filter((folder) => existsSync(join(checkout, folder, "package.json")))
    .map((folder) => {
      /** @type {Manifest} */
      const manifest = JSON.parse(readFileSync(join(checkout, folder, "package.json"), "utf8"));
      return { folder, manifest, changes: changesOf(join(checkout, folder, "CHANGELOG.md"), manifest.version) };
    })
    .filter(({ manifest }) => manifest.private !== true);
}

/** A package after all that it depends on, so that nobody can install one whose dependencies are not there yet. */
export function inOrder(/** @type {readonly Published[]} */ published) {
  /** @type {Set<Published>} */
  const ordered = new Set();
  const add = (/** @type {Published} */ each) => {
    for (const name of Object.keys(each.manifest.dependencies ?? {})) {
      const dependency = published.find(({ manifest }) => manifest.name === name);
      if (dependency !== undefined && !ordered.has(dependency)) add(dependency);
    }
    ordered.add(each);
  };
  for (const each of published) if (!ordered.has(each)) add(each);
  return [...ordered];
}

/**
 * What keeps packages from being published, a sentence each.
 *
 * @returns {string[]}
 */
export function problemsOf(
  /** @type {readonly Published[]} */ published,
  /** @type {{ before: readonly Published[], hasChanges: boolean, packed: ReadonlyMap<string, { files: readonly string[] }> }} */ context,
) {
  const versions = new Set(published.filter(isTogether).map(({ manifest }) => manifest.version));
  const shared =
    versions.size === 1 ? [] : [`packages that share one version have several: ${[...versions].join(", ")}`];
  return [
    ...shared,
    ...published.flatMap((each) => problemsOfOne(each, context).map((text) => `${each.manifest.name}: ${text}`)),
  ];
}

/** The drop-in for kafkajs follows the version of what it stands in for. */
function isTogether(/** @type {Published} */ { manifest }) {
  return manifest.name !== "@moldau/kafkajs";
}

/** @returns {string[]} */
function problemsOfOne(
  /** @type {Published} */ { folder, manifest, changes },
  /** @type {Parameters<typeof problemsOf>[1]} */ { before, hasChanges, packed },
) {
  const { version, publishConfig, repository } = manifest;
  const earlier = before.find((each) => each.folder === folder)?.manifest.version;
  const files = packed.get(manifest.name)?.files ?? [];
  const rules = /** @type {[boolean, string][]} */ ([
    [!hasChanges || version !== earlier, `still has version ${version}`],
    [!hasChanges || changes !== undefined, `CHANGELOG.md has no entry for ${version}`],
    [publishConfig?.access === "public", 'publishConfig.access is not "public"'],
    [publishConfig?.provenance === true, "publishConfig.provenance is not true"],
    [repository?.directory === folder, `repository.directory is not "${folder}", and provenance is compared with it`],
    [/^git\+https:\/\/\S+\.git$/.test(repository?.url ?? ""), "repository.url is not git+https://….git"],
    ...[
      "README.md",
      "LICENSE",
      "package.json",
      "dist/index.js",
      "dist/cjs/index.js",
      ...(hasChanges ? ["CHANGELOG.md"] : []),
    ].map((file) => [files.includes(file), `the package has no ${file}`]),
  ]);
  const strays = files.filter((file) => /\.test\.|tsbuildinfo|\.env|node_modules/.test(file));
  return [
    ...rules.filter(([holds]) => !holds).map(([, problem]) => problem),
    ...strays.map((file) => `the package has ${file}`),
  ];
}

/** A workflow that may not ask for a token cannot sign where packages come from. @returns {string[]} */
export function workflowProblems(/** @type {string} */ workflow) {
  return [
    ...(/^ *id-token: write\b/m.test(workflow) ? [] : [".github/workflows/release.yml does not grant id-token: write"]),
    ...(/npm run release\b/.test(workflow) ? [] : [".github/workflows/release.yml does not call npm run release"]),
  ];
}

/** The part of a changelog about one version. */
function changesOf(/** @type {string} */ file, /** @type {string} */ version) {
  if (!existsSync(file)) return undefined;
  const sections = readFileSync(file, "utf8").split(/^## /m);
  const section = sections.find((text) => text.startsWith(`${version}\n`));
  return section?.slice(version.length).trim().concat("\n");
}
