// The script that a consumer's worker runs, as one text: `packages/consumer/src/membership/stand-in/worker.ts` and all that it imports, straight
// from the sources, so that it needs no build. The build puts it into the module that asks for it by a name, and so do the tests, which run on
// the sources.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

/** The module that carries the text, seen from the folder of a package. */
export const carrier = "src/membership/stand-in/worker-text.ts";

/** The name that stands for the text there. */
export const nameOfText = "heartbeatWorkerText";

const entry = "src/membership/stand-in/worker.ts";

/**
 * Makes the text for the package in a folder; undefined for one that has no worker.
 *
 * @returns {Promise<{ text: string, inputs: string[] } | undefined>}
 */
export async function workerText(/** @type {string} */ folder) {
  if (!existsSync(join(folder, entry))) return undefined;
  const { build } = await import("esbuild");
  const packages = ["platform", "protocol-codec", "connection-pool"];
  const source = (/** @type {string} */ name, /** @type {string} */ door) =>
    join(folder, "..", name, "src", `${door}.ts`);
  const { outputFiles, metafile } = await build({
    entryPoints: [join(folder, entry)],
    bundle: true,
    minify: true,
    platform: "node",
    target: "node20.19",
    format: "cjs",
    write: false,
    metafile: true,
    logLevel: "error",
    alias: Object.fromEntries(
      packages.flatMap((name) => [
        [`@moldau/${name}/internal`, source(name, "internal")],
        [`@moldau/${name}`, source(name, "index")],
      ]),
    ),
  });
  const [script] = outputFiles;
  if (script === undefined) throw new Error(`esbuild made nothing of ${entry}`);
  return { text: brotliCompressSync(script.contents).toString("base64"), inputs: Object.keys(metafile.inputs) };
}
