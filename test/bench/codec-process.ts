// One codec in a process of its own: does what the comparison asks for, sample by sample.

import { createHash } from "node:crypto";
import { atStandstill, type Contender } from "./codec/contender.js";
import { kafkajs } from "./codec/kafkajs.js";
import { responseBytes } from "./codec/responses.js";
import { moldau } from "./codec/moldau.js";
import { platformatic } from "./codec/platformatic.js";
import { serveSamples } from "./sample-server.js";

const makers: Readonly<Record<string, () => Promise<Contender>>> = { kafkajs, moldau, platformatic };

const [name = ""] = process.argv.slice(2);
const make = makers[name];
if (make === undefined) throw new Error(`no codec ${name}: there are ${Object.keys(makers).join(", ")}`);
const contender = await make();

serveSamples({
  title: `${contender.name} ${contender.version}`,
  works: new Map([...contender.tasks].map(([row, { run }]) => [row, run])),
  facts,
});

/** Everything as text; bytes within it by their digest, as there are many. */
async function facts(row: string): Promise<{ facts: string; bytes: number }> {
  const task = contender.tasks.get(row);
  if (task === undefined) throw new Error(`no task for ${row}`);
  const found = await atStandstill(() => task.facts());
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
