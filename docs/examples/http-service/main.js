// Starts the service:
//
//   npm start                                          with a broker of its own, in memory
//   KAFKA_BROKERS=localhost:9092 PORT=8080 npm start   with yours

import { once } from "node:events";
import { Kafka } from "moldau";
import { createService } from "./service.js";

const { KAFKA_BROKERS, PORT = "0" } = process.env;
const broker = KAFKA_BROKERS === undefined ? await startOwnBroker() : undefined;
const kafka = new Kafka({
  clientId: "orders-api",
  brokers: broker?.bootstrapServers ?? KAFKA_BROKERS?.split(",") ?? [],
});
const service = createService(kafka.producer({ lingerMs: 2 }));

await once(service.listen(Number(PORT), "127.0.0.1"), "listening");
const { port } = /** @type {import("node:net").AddressInfo} */ (service.address());
console.log(`listening on http://127.0.0.1:${port}`);

for (const signal of ["SIGINT", "SIGTERM"]) process.once(signal, () => void stop());

/** Takes no more requests, lets those that are here have their answers, then closes what they need. */
async function stop() {
  await new Promise((stopped) => service.close(stopped));
  await kafka.close();
  await broker?.close();
  console.log("stopped");
}

async function startOwnBroker() {
  const { startBroker } = await import("@moldau/reference-broker");
  return startBroker({ topics: ["orders"] });
}
