// An application that is one file: its bundler put the packages into it, and nothing is installed where it runs.
import { startBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";

async function main() {
  const broker = await startBroker();
  const kafka = new Kafka({ brokers: broker.bootstrapServers });
  // Two threads look for the coordinator, each for itself.
  const threads = new Set();
  broker.on("request", ({ api, connection }) => api === "FindCoordinator" && threads.add(connection));
  try {
    for (const compression of ["none", "gzip", "snappy", "lz4", "zstd"]) {
      const message = { key: compression, value: "paid ".repeat(100) };
      await kafka.producer({ compression }).send({ topic: "orders", messages: [message] });
    }
    const consumer = kafka.consumer({
      groupId: "billing",
      topics: ["orders"],
      startFrom: "earliest",
      heartbeat: "worker",
    });
    consumer.on("retrying", ({ error }) => console.error(error));
    const read = [];
    for await (const message of consumer) {
      if (message.value.toString() === "paid ".repeat(100)) read.push(message.key.toString());
      if (read.length === 5) break;
    }
    for (let wait = 0; threads.size < 2 && wait < 1000; wait++) await new Promise((resolve) => setTimeout(resolve, 20));
    console.log(`${read.sort().join(" ")}, in ${threads.size} threads`);
  } finally {
    await kafka.close();
    await broker.close();
  }
}

main();
