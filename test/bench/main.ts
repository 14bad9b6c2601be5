// `npm run bench`: what the layers of the client cost, from the primitives up to whole processes, beside other clients.

import { cpus } from "node:os";
import { commandLine, wholeNumber, wrongUse } from "../support/command-line.js";
import { buildsToCompare, commitOf } from "./against/build.js";
import { compareCodecBuilds, slowerBelow } from "./against/compare-builds.js";
import { compareEndToEnd } from "./against/end-to-end.js";
import { compareCodecs } from "./codec/comparison.js";
import { rows, type Row } from "./codec/rows.js";
import { endToEnd } from "./end-to-end.js";
import { groups } from "./groups/groups.js";
import { timeMicros } from "./micro/micros.js";
import { transactions } from "./transactions.js";

const options = commandLine("npm run bench -- [options]: what the layers of the client cost, beside other clients.", {
  only: { value: "PART", says: "One part: codec, micro, end-to-end, transactions or groups." },
  rows: { value: "TEXT", says: "Of codec (with --against of micro too), the rows only whose name has this text." },
  samples: { value: "N", says: "Samples of each row of codec and micro.", default: 11 },
  "sample-ms": { value: "N", says: "CPU time of a sample.", default: 20 },
  messages: { value: "N", says: "Messages of a run of end-to-end.", default: 400_000 },
  rounds: { value: "N", says: "Rounds of end-to-end, transactions and groups.", default: 3 },
  transactions: { value: "N", says: "Transactions of a run of transactions.", default: 400 },
  confluent: {
    value: "FOLDER",
    says: "Of end-to-end: a folder with @confluentinc/kafka-javascript in its node_modules, to measure that too.",
  },
  against: {
    value: "FOLDER",
    says: "Another built checkout: codec, micro and end-to-end of this build beside that one, in turn, with ratios.",
  },
});

const number = (name: "samples" | "sample-ms" | "messages" | "rounds" | "transactions"): number =>
  wholeNumber(name, options[name], { min: 1 });
const sampling = { samples: number("samples"), sampleMs: number("sample-ms") };
const parts: Readonly<Record<string, () => Promise<void>>> = {
  codec: () => compareCodecs(sampling, chosenRows()),
  micro: () => timeMicros(sampling),
  "end-to-end": () =>
    endToEnd({ messages: number("messages"), rounds: number("rounds"), confluent: options.confluent }),
  groups: () => groups({ rounds: number("rounds") }),
  transactions: () => transactions({ transactions: number("transactions"), rounds: number("rounds") }),
};
const named = options.only === undefined ? Object.keys(parts) : [options.only];
for (const name of named)
  if (!Object.hasOwn(parts, name)) wrongUse(`--only takes ${Object.keys(parts).join(", ")}, not "${name}"`);

console.log(
  `Node ${process.versions.node} on ${cpus().length} x ${cpus()[0]?.model.trim()}. Other machines give other figures; compare within one run.`,
);
if (options.against !== undefined) await compareWith(options.against);
else for (const name of named) await parts[name]?.();

/** Rows of this build and of another one, in turn. What they say of each other is the ratio: above 1, this build is the faster one. */
async function compareWith(folder: string): Promise<void> {
  const builds = buildsToCompare(folder);
  for (const build of builds) console.log(`${build.name}: ${build.folder} (${commitOf(build)})`);
  console.log(`Ratios are of medians, the other's cost to this one's; below ${slowerBelow} a row is called slower.`);
  if (named.includes("end-to-end"))
    await compareEndToEnd(builds, { messages: number("messages"), rounds: number("rounds") });
  if (named.includes("codec") || named.includes("micro"))
    await compareCodecBuilds(builds, sampling, options.rows ?? "");
}

function chosenRows(): readonly Row[] {
  const chosen = rows.filter(({ id }) => id.includes(options.rows ?? ""));
  if (chosen.length === 0) wrongUse(`no row's name has "${options.rows ?? ""}": they begin with ${rowNames()}`);
  return chosen;
}

function rowNames(): string {
  return [...new Set(rows.map(({ id }) => id.split(" ")[0]))].join(", ");
}
