// A broker in memory to look at: orders come faster than one of its groups reads them.

import { setTimeout as sleep } from "node:timers/promises";
import { startBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";

/** Starts the broker, a producer and two groups. */
export async function startOwnBroker() {
  const broker = await startBroker({ topics: [{ topic: "orders", partitions: 3 }] });
  const kafka = new Kafka({ clientId: "shop", brokers: broker.bootstrapServers });
  const stopping = new AbortController();
  const producing = produce(kafka, stopping.signal);
  const reading = [read(kafka, "billing", 0), read(kafka, "search", 20)];
  return {
    bootstrapServers: broker.bootstrapServers,
    async close() {
      stopping.abort();
      await producing;
      await kafka.close();
      await Promise.all(reading);
      await broker.close();
    },
  };
}

async function produce(kafka, signal) {
  const producer = kafka.producer();
  for (let count = 0; !signal.aborted; await sleep(50)) {
    const messages = Array.from({ length: 10 }, () => ({ key: `order-${++count}`, value: "apples" }));
    await producer.send({ topic: "orders", messages });
  }
}

async function read(kafka, groupId, pauseMs) {
  const consumer = kafka.consumer({ groupId, topics: ["orders"], startFrom: "earliest", autoCommitIntervalMs: 500 });
  for await (const _message of consumer) if (pauseMs > 0) await sleep(pauseMs);
}
