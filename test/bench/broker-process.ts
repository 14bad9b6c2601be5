// The reference broker in a process of its own, so that its cost is not counted as a client's. Prints its address, ends with its standard input.

import { startBroker } from "@moldau/reference-broker";

const broker = await startBroker();
process.stdout.write(`${broker.bootstrapServers.join(",")}\n`);
process.stdin.resume().on("end", () => {
  void broker.close().then(() => process.exit(0));
});
