// The documentation: the reference from the doc comments, the report of each package's public face, and the site of it all.

import { join } from "node:path";
import { root, runBin, runNode, say } from "./process.mjs";

const docs = join(root, "docs");

/** Builds the site into docs/.vitepress/dist. */
export async function buildSite() {
  await writeReference();
  say("building the site into docs/.vitepress/dist");
  await runBin("vitepress", "vitepress", ["build", "docs", "--logLevel", "warn"], { from: docs });
}

/** Shows the pages at an address of this machine; what is saved in docs/ is shown at once. Stays until it is interrupted. */
export async function serveSite(/** @type {string[]} */ args) {
  await writeReference();
  await runBin("vitepress", "vitepress", ["dev", "docs", ...args], { from: docs });
}

/** Opens every page of the built site in a browser, follows its links, and looks for things as a reader does. */
export async function openSite() {
  say("opening the site in a browser");
  await runBin("vitest", "vitest", ["run", "--config", "docs/test/vitest.config.ts"]);
}

/** Writes the API reports of all packages (packages/NAME/index.api.md), or says whether they are up to date. Needs built packages. */
export async function reportApis(/** @type {string[]} */ args) {
  await runBin("typescript", "tsc", ["-b", "docs/site"]);
  await runNode(["docs/site/dist/api-reports.js", ...args]);
}

async function writeReference() {
  say("making the reference from the doc comments");
  await runBin("typescript", "tsc", ["-b", "docs/site"]);
  await runNode(["docs/site/dist/reference/write.js"]);
}
