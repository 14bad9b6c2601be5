// Sums up a run of .ci/run: what Vitest reported as JSON (tests.json, packaging.json, docs.json, interop.json), and the exit codes of all steps.
// usage: node summary.mjs FOLDER

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

/** @typedef {{ fullName: string, status: string }} Assertion */
/** @typedef {{ testResults: { name: string, status: string, message: string, assertionResults: Assertion[] }[] }} Report */

const folder = process.argv[2] ?? ".";
let passed = 0;
/** @type {string[]} */
const failed = [];
/** @type {string[]} */
const skipped = [];

for (const line of readFileSync(join(folder, "steps"), "utf8").trim().split("\n")) {
  const [step = "", code = ""] = line.split("\t");
  const before = failed.length;
  if (["tests", "packaging", "docs", "interop"].includes(step)) countTests(step);
  else if (code === "0") console.log(`${step}: fine`);
  // A step can fail without a failed test: a promise that was rejected behind the tests' back, a crash, a time-out.
  if (code !== "0" && failed.length === before) failed.push(`${step}: ended with exit code ${code}`);
}

print("Skipped", skipped);
print("Failed", failed);
console.log(`${passed} passed, ${failed.length} failed`);
process.exitCode = failed.length === 0 && skipped.length === 0 && passed > 0 ? 0 : 1;

function countTests(/** @type {string} */ step) {
  const file = join(folder, `${step}.json`);
  if (!existsSync(file)) return void failed.push(`${step}: left no report`);
  /** @type {Report} */
  const report = JSON.parse(readFileSync(file, "utf8"));
  const before = { passed, failed: failed.length, skipped: skipped.length };
  for (const { name, status, message, assertionResults } of report.testResults) {
    for (const { fullName, status: outcome } of assertionResults) {
      if (outcome === "passed") passed += 1;
      else if (outcome === "failed") failed.push(`${step}: ${fullName}`);
      else skipped.push(`${step}: ${fullName}`);
    }
    const isCounted = assertionResults.some((assertion) => assertion.status === "failed");
    if (status === "failed" && !isCounted) failed.push(`${step}: ${name}: ${message.split("\n", 1)[0]}`);
  }
  const counts = [passed - before.passed, failed.length - before.failed, skipped.length - before.skipped];
  console.log(`${step}: ${counts[0]} tests passed, ${counts[1]} failed, ${counts[2]} skipped`);
}

function print(/** @type {string} */ title, /** @type {string[]} */ lines) {
  if (lines.length > 0) console.log(`${title}:\n${lines.map((line) => `  ${line}`).join("\n")}`);
}
