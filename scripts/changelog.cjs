"use strict";
// How a changeset becomes a line of a changelog: its sentence, and the commit that it came with. Which of our own packages were
// raised along with a package is not said: all share one version.

const repository = "https://github.com/moldau/moldau";

/** @typedef {{ summary: string, commit?: string }} Changeset */

/** @type {(changeset: Changeset) => Promise<string>} */
async function getReleaseLine({ summary, commit }) {
  const [first = "", ...further] = summary.trim().split("\n");
  const source = commit === undefined ? "" : ` ([${commit.slice(0, 7)}](${repository}/commit/${commit}))`;
  return [`- ${first}${source}`, ...further.map((line) => (line === "" ? "" : `  ${line}`))].join("\n");
}

/** @type {() => Promise<string>} */
async function getDependencyReleaseLine() {
  return "";
}

module.exports = { getReleaseLine, getDependencyReleaseLine };
