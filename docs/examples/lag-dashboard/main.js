// Shows the lag of every group, anew every second:
//
//   npm start                                          of a broker of its own, with a group that does not keep up
//   KAFKA_BROKERS=localhost:9092 npm start             of yours
//   KAFKA_BROKERS=localhost:9092 npm start -- --once   one time, for scripts

import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { Kafka } from "moldau";
import { lagTable } from "./lag.js";

const { values: options } = parseArgs({ options: { once: { type: "boolean", default: false } } });
const { KAFKA_BROKERS } = process.env;
const own = KAFKA_BROKERS === undefined ? await (await import("./own-broker.js")).startOwnBroker() : undefined;
const kafka = new Kafka({
  clientId: "lag-dashboard",
  brokers: own?.bootstrapServers ?? KAFKA_BROKERS?.split(",") ?? [],
});
const admin = kafka.admin();

const stopping = new AbortController();
for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => stopping.abort());

try {
  do show(await lagTable(admin).catch((error) => [error.message]));
  while (!options.once && (await pause(1_000)));
} finally {
  await kafka.close();
  await own?.close();
}

/** On a terminal the table stays where it is; elsewhere each follows the one before. */
function show(lines) {
  if (process.stdout.isTTY) process.stdout.write("\u001B[H\u001B[J");
  console.log(`${lines.join("\n")}\n`);
}

/** Whether to go on after the pause. */
async function pause(ms) {
  await sleep(ms, undefined, { signal: stopping.signal }).catch(() => undefined);
  return !stopping.signal.aborted;
}
