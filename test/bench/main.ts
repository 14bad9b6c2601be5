// `npm run bench`: what the layers of the client cost, from the primitives up to whole processes, beside other clients.
//
//   npm run bench -- --only codec          our codec beside those of kafkajs and @platformatic/kafka
//   npm run bench -- --only micro          primitives, messages, record batches, loading
//   npm run bench -- --only end-to-end     whole clients, each in a process of its own
//   npm run bench -- --samples 31 --sample-ms 20        for codec and micro
//   npm run bench -- --messages 400000 --rounds 3       for end-to-end

import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { compareCodecs } from "./codec/comparison.js";
import { endToEnd } from "./end-to-end.js";
import { timeMicros } from "./micro/micros.js";

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    samples: { type: "string", default: "11" },
    "sample-ms": { type: "string", default: "20" },
    messages: { type: "string", default: "400000" },
    rounds: { type: "string", default: "3" },
  },
});

const number = (name: Exclude<keyof typeof options, "only">): number => {
  const value = Number(options[name]);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${name} takes a whole number of at least 1, not ${options[name]}`);
  return value;
};
const sampling = { samples: number("samples"), sampleMs: number("sample-ms") };
const parts: Readonly<Record<string, () => Promise<void>>> = {
  codec: () => compareCodecs(sampling),
  micro: () => timeMicros(sampling),
  "end-to-end": () => endToEnd({ messages: number("messages"), rounds: number("rounds") }),
};
const wanted = options.only === undefined ? Object.values(parts) : [parts[options.only]];

console.log(
  `Node ${process.versions.node} on ${cpus().length} x ${cpus()[0]?.model.trim()}. Other machines give other figures; compare within one run.`,
);
for (const part of wanted) {
  if (part === undefined) throw new Error(`--only takes ${Object.keys(parts).join(", ")}, not ${options.only}`);
  await part();
}
