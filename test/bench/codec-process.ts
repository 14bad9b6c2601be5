// One codec in a process of its own: does what the comparison asks for, sample by sample.

import { createHash } from "node:crypto";
import { atStandstill, type Contender, type Task } from "./codec/contender.js";
import { kafkajs } from "./codec/kafkajs.js";
import { responseBytes } from "./codec/responses.js";
import { moldau } from "./codec/moldau.js";
import { platformatic } from "./codec/platformatic.js";
import { calibrate, sample, type Calibrated } from "./sampler.js";

/** What this process is asked to do. */
export type Question =
  | { readonly ask: "introduce" }
  | { readonly ask: "facts" | "sample"; readonly row: string }
  | { readonly ask: "calibrate"; readonly row: string; readonly milliseconds: number };

/** What it answers. */
export type Answer =
  | { readonly name: string; readonly version: string; readonly rows: readonly string[] }
  | { readonly facts: string; readonly bytes: number }
  | { readonly micros: number }
  | { readonly failure: string };

const makers: Readonly<Record<string, () => Promise<Contender>>> = { kafkajs, moldau, platformatic };

const [name = ""] = process.argv.slice(2);
const make = makers[name];
if (make === undefined) throw new Error(`no codec ${name}: there are ${Object.keys(makers).join(", ")}`);
const contender = await make();
const calibrated = new Map<string, Calibrated>();

process.on("message", (question: Question) => {
  answer(question).then(
    (given) => process.send?.(given),
    (error: unknown) => process.send?.({ failure: `${name}: ${String(error)}` } satisfies Answer),
  );
});
process.on("disconnect", () => process.exit(0));

async function answer(question: Question): Promise<Answer> {
  switch (question.ask) {
    case "introduce":
      return { name: contender.name, version: contender.version, rows: [...contender.tasks.keys()] };
    case "facts":
      return facts(question.row);
    case "calibrate": {
      const { run } = taskOf(question.row);
      calibrated.set(question.row, await calibrate(run, question.milliseconds));
      return { micros: 0 };
    }
    case "sample": {
      const ready = calibrated.get(question.row);
      if (ready === undefined) throw new Error(`${question.row} was not calibrated`);
      return { micros: await sample(ready) };
    }
    default:
      return question satisfies never;
  }
}

function taskOf(row: string): Task {
  const task = contender.tasks.get(row);
  if (task === undefined) throw new Error(`no task for ${row}`);
  return task;
}

/** Everything as text; bytes within it by their digest, as there are many. */
async function facts(row: string): Promise<Answer> {
  const found = await atStandstill(() => taskOf(row).facts());
  if (Buffer.isBuffer(found)) return { facts: found.toString("hex"), bytes: found.length };
  return { facts: JSON.stringify(found, plain), bytes: responseBytes(row) };
}

function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (typeof value !== "object" || value === null || !("type" in value) || value.type !== "Buffer") return value;
  return createHash("sha1")
    .update(Buffer.from(value as unknown as Buffer))
    .digest("hex");
}
