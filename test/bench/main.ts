// `npm run bench`: what the layers of the client cost, from the primitives up to whole processes, beside other clients.

import { cpus } from "node:os";
import { commandLine, wholeNumber, wrongUse } from "../support/command-line.js";
import { compareCodecs } from "./codec/comparison.js";
import { rows } from "./codec/rows.js";
import { endToEnd } from "./end-to-end.js";
import { timeMicros } from "./micro/micros.js";

const options = commandLine("npm run bench -- [options]: what the layers of the client cost, beside other clients.", {
  only: { value: "PART", says: "One part: codec, micro or end-to-end." },
  rows: { value: "TEXT", says: "Of codec, the rows only whose name has this text." },
  samples: { value: "N", says: "Samples of each row of codec and micro.", default: 11 },
  "sample-ms": { value: "N", says: "CPU time of a sample.", default: 20 },
  messages: { value: "N", says: "Messages of a run of end-to-end.", default: 400_000 },
  rounds: { value: "N", says: "Rounds of end-to-end.", default: 3 },
});

const number = (name: "samples" | "sample-ms" | "messages" | "rounds"): number =>
  wholeNumber(name, options[name], { min: 1 });
const sampling = { samples: number("samples"), sampleMs: number("sample-ms") };
const chosenRows = rows.filter(({ id }) => id.includes(options.rows ?? ""));
if (chosenRows.length === 0) wrongUse(`no row's name has "${options.rows ?? ""}": they begin with ${rowNames()}`);
const parts: Readonly<Record<string, () => Promise<void>>> = {
  codec: () => compareCodecs(sampling, chosenRows),
  micro: () => timeMicros(sampling),
  "end-to-end": () => endToEnd({ messages: number("messages"), rounds: number("rounds") }),
};
const named = options.only === undefined ? Object.keys(parts) : [options.only];

console.log(
  `Node ${process.versions.node} on ${cpus().length} x ${cpus()[0]?.model.trim()}. Other machines give other figures; compare within one run.`,
);
for (const name of named) {
  const part = parts[name] ?? wrongUse(`--only takes ${Object.keys(parts).join(", ")}, not "${name}"`);
  await part();
}

function rowNames(): string {
  return [...new Set(rows.map(({ id }) => id.split(" ")[0]))].join(", ");
}
