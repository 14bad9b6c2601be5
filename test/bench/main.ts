// `npm run bench`: what the layers of the client cost, from the primitives up to whole processes beside kafkajs.
//
//   npm run bench -- --only micro          primitives, messages and record batches
//   npm run bench -- --only end-to-end     whole clients, each in a process of its own
//   npm run bench -- --messages 400000 --rounds 3

import { cpus } from "node:os";
import { parseArgs } from "node:util";
import { compareCodecs } from "./codec/comparison.js";
import { endToEnd } from "./end-to-end.js";
import { batchMicros, primitiveMicros } from "./micro/batches.js";
import { timeAll } from "./micro/harness.js";
import { messageMicros } from "./micro/messages.js";

const { values: options } = parseArgs({
  options: {
    only: { type: "string" },
    messages: { type: "string", default: "400000" },
    rounds: { type: "string", default: "3" },
    "time-ms": { type: "string", default: "300" },
  },
});

const number = (name: "messages" | "rounds" | "time-ms"): number => {
  const value = Number(options[name]);
  if (!Number.isInteger(value) || value < 1)
    throw new Error(`--${name} takes a whole number of at least 1, not ${options[name]}`);
  return value;
};
const parts = ["codec", "micro", "end-to-end"];
if (options.only !== undefined && !parts.includes(options.only)) {
  throw new Error(`--only takes ${parts.join(" or ")}, not ${options.only}`);
}

console.log(
  `Node ${process.versions.node} on ${cpus().length} x ${cpus()[0]?.model.trim()}. Other machines give other figures; compare within one run.`,
);

const wanted = (part: string): boolean => options.only === undefined || options.only === part;
if (wanted("codec")) await compareCodecs({ sampleMs: 20, rounds: 11 });
if (wanted("micro")) {
  const timeMs = number("time-ms");
  await timeAll("Primitives", primitiveMicros(), timeMs);
  await timeAll("Messages", messageMicros(), timeMs);
  await timeAll("Record batches: 1,000 records of 100 B", batchMicros(), timeMs);
}
if (wanted("end-to-end")) await endToEnd({ messages: number("messages"), rounds: number("rounds") });
