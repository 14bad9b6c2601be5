// `npm run fuzz`: throws broken bytes at everything that takes bytes from a peer or a log, until the time is over or Ctrl-C.
//
//   npm run fuzz -- --seconds 600
//   npm run fuzz -- --only zstd
//   npm run fuzz -- --seed 1 --only frames --round 4711      one round again, as a fault names it
//
// The exit code is 1 when a fault was found: an error that is not typed, a bound that does not hold, two ways that do not agree.

import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { fuzz } from "./fuzz.js";
import { report } from "./report.js";
import { allTargets } from "./targets/all.js";

const { values: options } = parseArgs({
  options: {
    seconds: { type: "string", default: "60" },
    seed: { type: "string" },
    only: { type: "string" },
    round: { type: "string" },
  },
});

function wholeNumber(name: string, text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0) throw new Error(`--${name} takes a whole number, not ${text}`);
  return value;
}

const names = allTargets.map(({ name }) => name);
const targets = allTargets.filter(({ name }) => options.only === undefined || name === options.only);
if (targets.length === 0) throw new Error(`--only takes one of ${names.join(", ")}, not ${options.only}`);
const seconds = wholeNumber("seconds", options.seconds);
const seed = options.seed === undefined ? randomInt(2 ** 31) : wholeNumber("seed", options.seed);
const round = options.round === undefined ? undefined : wholeNumber("round", options.round);

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());

console.log(
  `Node ${process.versions.node}, seed ${seed}, ${round === undefined ? `${seconds} s` : `round ${round}`}: ${targets.map(({ name }) => name).join(", ")}`,
);
const tallies = await fuzz({ targets, seed, round, seconds, signal: stop.signal });
for (const line of report(tallies, seed)) console.log(line);
if (tallies.some(({ fault }) => fault !== undefined)) process.exitCode = 1;
