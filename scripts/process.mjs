// Child processes, and one way of telling the user what goes on.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The folder of the repository. */
export const root = fileURLToPath(new URL("..", import.meta.url));

/** Where stamps are kept; it goes when node_modules goes, and so it cannot outlive what it vouches for. */
export const stampFolder = join(root, "node_modules", ".moldau");

/** An end that needs a sentence, not a stack trace. `exitCode` is the child's, when a child was the reason. */
export class Failure extends Error {
  expected = true;
}

/** One line about what is being done. On stderr, so that the program's own output can be piped. */
export function say(/** @type {string} */ text) {
  process.stderr.write(`moldau: ${text}\n`);
}

/** Runs Node on a program with the terminal handed over. Ends this process with the child's code when that is not 0. */
export async function runNode(/** @type {string[]} */ args) {
  const child = spawn(process.execPath, args, { cwd: root, stdio: "inherit" });
  const code = await exitOf(child);
  if (code !== 0) process.exit(code);
}

/** Runs a command of a package that is installed in a folder, the root as a rule, without a shell and without the start-up time of npx. */
export async function runBin(
  /** @type {string} */ packageName,
  /** @type {string} */ command,
  /** @type {string[]} */ args,
  { from = root } = {},
) {
  await runNode([binOf(from, packageName, command), ...args]);
}

/** Runs a program out of sight and returns its code and all it printed. */
export async function runQuietly(
  /** @type {string} */ command,
  /** @type {string[]} */ args,
  { cwd = root, shell = false } = {},
) {
  const child = spawn(command, args, { cwd, shell, stdio: ["ignore", "pipe", "pipe"] });
  /** @type {Buffer[]} */
  const output = [];
  child.stdout.on("data", (chunk) => output.push(chunk));
  child.stderr.on("data", (chunk) => output.push(chunk));
  const code = await exitOf(child);
  return { code, output: Buffer.concat(output).toString() };
}

/**
 * Waits for a child. Signals that reach this process are the child's business: an interrupt from the terminal reaches
 * both anyway, a termination is passed on; in both cases this process stays until the child has put its things in order.
 */
function exitOf(/** @type {import("node:child_process").ChildProcess} */ child) {
  const pass = (/** @type {NodeJS.Signals} */ signal) => child.kill(signal);
  const wait = () => {};
  process.on("SIGINT", wait).on("SIGTERM", pass).on("SIGHUP", pass);
  /** @type {Promise<number>} */
  const exit = new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 143)));
  });
  return exit.finally(() => process.off("SIGINT", wait).off("SIGTERM", pass).off("SIGHUP", pass));
}

function binOf(/** @type {string} */ folder, /** @type {string} */ packageName, /** @type {string} */ command) {
  const manifest = join(folder, "node_modules", packageName, "package.json");
  /** @type {{ bin: string | Record<string, string> }} */
  const { bin } = JSON.parse(readFileSync(manifest, "utf8"));
  const path = typeof bin === "string" ? bin : bin[command];
  if (path === undefined) throw new Failure(`${packageName} has no command named ${command}.`);
  return join(dirname(manifest), path);
}
