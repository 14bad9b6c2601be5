// `npm run fuzz`: throws broken bytes at everything that takes bytes from a peer or a log, until the time is over or Ctrl-C.
// The exit code is 1 when a fault was found: an error that is not typed, a bound that does not hold, two ways that do not agree.

import { randomInt } from "node:crypto";
import { commandLine, wholeNumber, wrongUse } from "../support/command-line.js";
import { fuzz } from "./fuzz.js";
import { report } from "./report.js";
import { allTargets } from "./targets/all.js";

const options = commandLine("npm run fuzz -- [options]: throws broken bytes at everything that reads bytes.", {
  seconds: { value: "N", says: "How long.", default: 60 },
  only: { value: "TARGET", says: "One target: frames, zstd or another that the first line of a run names." },
  seed: { value: "N", says: "The seed of an earlier run." },
  round: { value: "N", says: "With a seed: one round again, as a fault names it." },
});

const names = allTargets.map(({ name }) => name);
const targets = allTargets.filter(({ name }) => options.only === undefined || name === options.only);
if (targets.length === 0) wrongUse(`--only takes one of ${names.join(", ")}, not "${options.only ?? ""}"`);
const seconds = wholeNumber("seconds", options.seconds, { min: 0 });
const seed = options.seed === undefined ? randomInt(2 ** 31) : wholeNumber("seed", options.seed, { min: 0 });
const round = options.round === undefined ? undefined : wholeNumber("round", options.round, { min: 0 });

const stop = new AbortController();
process.once("SIGINT", () => stop.abort());
process.once("SIGTERM", () => stop.abort());

console.log(
  `Node ${process.versions.node}, seed ${seed}, ${round === undefined ? `${seconds} s` : `round ${round}`}: ${targets.map(({ name }) => name).join(", ")}`,
);
const tallies = await fuzz({ targets, seed, round, seconds, signal: stop.signal });
for (const line of report(tallies, seed)) console.log(line);
if (tallies.some(({ fault }) => fault !== undefined)) process.exitCode = 1;
