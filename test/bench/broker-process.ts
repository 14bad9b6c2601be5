// The reference broker in a process of its own, see reference-broker.ts. Prints its address; for every line that it is sent it prints the
// microseconds of CPU time that it has taken; ends with its standard input.

import { createInterface } from "node:readline";
import { startBroker } from "@moldau/reference-broker";

const broker = await startBroker();
process.stdout.write(`${broker.bootstrapServers.join(",")}\n`);
for await (const _ of createInterface({ input: process.stdin })) {
  const { user, system } = process.cpuUsage();
  process.stdout.write(`${user + system}\n`);
}
await broker.close();
process.exit(0);
