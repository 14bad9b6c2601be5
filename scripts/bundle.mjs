// The modules of a published package, whose declarations tsc has made.
//
//   dist/index.js …            an ES module for each door of the package, and what several doors share: our sources, because two hundred
//                              files take five times as long to load as one, and those third-party packages that are CommonJS only,
//                              because the first of them makes Node set up its loader for those, which takes 8 ms; and those that
//                              would look a timer up at each call, where a test runner may have put its fake ones meanwhile
//   dist/cjs/                  the CommonJS side. Jest, TypeScript's node10 resolution and `module: node16` from CommonJS cannot
//                              load a package that has ES modules only, even where Node's own `require` can
//     package.json             says that this folder is CommonJS
//     index.js …               a door each, onto one bundle: our sources, and those third-party packages that are ES modules only
//     **/*.d.ts                the declarations again; here they count as CommonJS, which is what `require` gives

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { Failure } from "./process.mjs";
import { nameOfText, workerText } from "./worker-text.mjs";

/** @typedef {{ name: string, type?: string, main?: string, exports?: Record<string, unknown>, license?: string, author?: unknown, dependencies?: Record<string, string> }} Manifest */

/** What both kinds of bundle have in common. */
const options = /** @type {const} */ ({
  bundle: true,
  platform: "node",
  target: "node20.19",
  sourcemap: true,
  logLevel: "silent",
});

/** Third-party packages that call `queueMicrotask`; in our bundles they call the one that was there when the bundle was loaded. */
const lookTimersUp = new Set(["p-queue"]);

const realTimers = /** @type {const} */ ({
  banner: "const queueMicrotaskAtLoad = queueMicrotask;",
  define: { queueMicrotask: "queueMicrotaskAtLoad" },
});

/** Writes the ES modules of one package. */
export async function bundleModules(/** @type {string} */ folder) {
  const { build } = await import("esbuild");
  const manifest = readManifest(folder);
  const dependencies = Object.keys(manifest.dependencies ?? {});
  const out = join(folder, "dist");
  const worker = await workerText(folder);
  const { warnings, metafile } = await build({
    ...options,
    metafile: true,
    entryPoints: Object.fromEntries(doors(folder, manifest).map((name) => [name, join(folder, "src", sourceOf(name))])),
    outdir: out,
    format: "esm",
    splitting: true,
    chunkNames: "shared-[hash]",
    banner: { js: realTimers.banner },
    define: { ...realTimers.define, ...textOf(worker) },
    external: dependencies.filter((name) => !lookTimersUp.has(name) && !isCommonJsOnly(folder, name)),
  });
  for (const warning of warnings) throw new Failure(`${manifest.name}: ${warning.text}`);
  writeNotices(out, [...Object.keys(metafile.inputs), ...(worker?.inputs ?? [])]);
}

/** The name that stands for a worker's script, and the script. @returns {Record<string, string>} */
function textOf(/** @type {{ text: string } | undefined} */ worker) {
  return worker === undefined ? {} : { [nameOfText]: JSON.stringify(worker.text) };
}

/** The sources that can be loaded from outside: what the manifest exports, and the program behind the command line. */
function doors(/** @type {string} */ folder, /** @type {Manifest} */ { exports }) {
  const exported = Object.keys(exports ?? {})
    .filter((door) => !door.endsWith(".json"))
    .map((door) => (door === "." ? "index" : door.slice(2)));
  return existsSync(join(folder, "src", sourceOf(program))) ? [...exported, program] : exported;
}

/** The program behind the command line, as its module is called in dist/. */
const program = "command-line";

/** Where in src/ a door's module is. */
function sourceOf(/** @type {string} */ door) {
  return door === program ? `command/${program}.ts` : `${door}.ts`;
}

/** Writes dist/cjs of one package, whose dist/ must have been built. */
export async function bundleForRequire(/** @type {string} */ folder) {
  const out = join(folder, "dist", "cjs");
  rmSync(out, { recursive: true, force: true });
  mkdirSync(out, { recursive: true });
  writeFileSync(join(out, "package.json"), '{ "type": "commonjs" }\n');
  copyDeclarations(join(folder, "dist"), out);
  await bundleSources(folder, out);
}

async function bundleSources(/** @type {string} */ folder, /** @type {string} */ out) {
  const { build } = await import("esbuild");
  const manifest = readManifest(folder);
  const entries = doors(folder, manifest).filter((name) => name !== program);
  const worker = await workerText(folder);
  const bundled = new Set(Object.keys(manifest.dependencies ?? {}).filter((name) => isModuleOnly(folder, name)));
  // Several doors to one room: all must give the same classes and the same state, so all open onto one bundle.
  const stdin = entries.map((name) => `export * as ${name} from "./${name}.js";`).join("\n");
  const result = await build({
    ...options,
    ...(entries.length === 1
      ? { entryPoints: { index: join(folder, "src", "index.ts") } }
      : {
          stdin: {
            contents: stdin,
            resolveDir: join(folder, "src"),
            sourcefile: "entries.ts",
            loader: /** @type {const} */ ("ts"),
          },
        }),
    outdir: out,
    entryNames: entries.length === 1 ? "[name]" : "bundle",
    format: "cjs",
    metafile: true,
    // What every module has by itself: strict rules, and its place.
    banner: {
      js: `"use strict";\nconst moduleUrl = require("node:url").pathToFileURL(__filename).href;\n${realTimers.banner}`,
    },
    define: { "import.meta.url": "moduleUrl", ...realTimers.define, ...textOf(worker) },
    external: Object.keys(manifest.dependencies ?? {}).filter((name) => !bundled.has(name)),
  });
  for (const warning of result.warnings) throw new Failure(`${manifest.name}: ${warning.text}`);
  if (entries.length > 1) entries.forEach((name) => writeFileSync(join(out, `${name}.js`), door(name)));
  writeNotices(out, [...Object.keys(result.metafile.inputs), ...(worker?.inputs ?? [])]);
}

function door(/** @type {string} */ name) {
  return `"use strict";\nmodule.exports = Object.defineProperty(require("./bundle.js").${name}, "__esModule", { value: true });\n`;
}

/** Whether a dependency gives nothing to `require` (on a Node that cannot require ES modules). */
function isModuleOnly(/** @type {string} */ folder, /** @type {string} */ name) {
  if (name.startsWith("@moldau/") || name === "moldau") return false;
  const { type, exports } = readManifest(join(folder, "node_modules", name));
  return type === "module" && !JSON.stringify(exports ?? "").includes('"require"');
}

/** Whether a dependency is no ES module, also where Node looks for one. */
function isCommonJsOnly(/** @type {string} */ folder, /** @type {string} */ name) {
  if (name.startsWith("@moldau/") || name === "moldau") return false;
  const { type, exports } = readManifest(join(folder, "node_modules", name));
  return type !== "module" && exports === undefined;
}

/** The licences of what went into the bundle, as those licences ask. */
function writeNotices(/** @type {string} */ out, /** @type {string[]} */ inputs) {
  /** @type {Map<string, string>} */
  const notices = new Map();
  for (const input of inputs) {
    const inside = /^(.*node_modules\/((?:@[^/]+\/)?[^/]+))\//.exec(input.replaceAll("\\", "/"));
    if (inside?.[1] === undefined || inside[2] === undefined || notices.has(inside[2])) continue;
    notices.set(inside[2], licenseIn(inside[1], inside[2]));
  }
  if (notices.size === 0) return;
  const text = [...notices].map(([name, license]) => `${name}\n\n${license}\n`).join(`\n${"-".repeat(80)}\n\n`);
  writeFileSync(
    join(out, "THIRD-PARTY-NOTICES.txt"),
    `This folder's JavaScript contains the following packages.\n\n${text}`,
  );
}

/** The text of a package's licence. @returns {string} */
function licenseIn(/** @type {string} */ folder, /** @type {string} */ name) {
  const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
  if (file !== undefined) return readFileSync(join(folder, file), "utf8").trim();
  const { license, author } = readManifest(folder);
  if (license !== "ISC" || typeof author !== "string")
    throw new Failure(`${name} is bundled but carries no licence file.`);
  return `Copyright ${author}\n\n${iscLicense}`;
}

const iscLicense = `Permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted, provided that the
above copyright notice and this permission notice appear in all copies.

THE SOFTWARE IS PROVIDED "AS IS" AND THE AUTHOR DISCLAIMS ALL WARRANTIES WITH REGARD TO THIS SOFTWARE INCLUDING ALL IMPLIED WARRANTIES OF
MERCHANTABILITY AND FITNESS. IN NO EVENT SHALL THE AUTHOR BE LIABLE FOR ANY SPECIAL, DIRECT, INDIRECT, OR CONSEQUENTIAL DAMAGES OR ANY
DAMAGES WHATSOEVER RESULTING FROM LOSS OF USE, DATA OR PROFITS, WHETHER IN AN ACTION OF CONTRACT, NEGLIGENCE OR OTHER TORTIOUS ACTION,
ARISING OUT OF OR IN CONNECTION WITH THE USE OR PERFORMANCE OF THIS SOFTWARE.`;

/** Copies the declarations, without their maps: one set of those, beside the modules, leads editors to the sources. */
function copyDeclarations(/** @type {string} */ dist, /** @type {string} */ out, inside = "") {
  for (const entry of readdirSync(join(dist, inside), { withFileTypes: true })) {
    const path = join(inside, entry.name);
    if (entry.isDirectory()) {
      if (join(dist, path) !== out) copyDeclarations(dist, out, path);
    } else if (entry.name.endsWith(".d.ts")) {
      mkdirSync(dirname(join(out, path)), { recursive: true });
      const text = readFileSync(join(dist, path), "utf8");
      writeFileSync(join(out, path), text.replace(/^\/\/# sourceMappingURL=.*\n?/m, ""));
    }
  }
}

/** @returns {Manifest} */
function readManifest(/** @type {string} */ folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}
