// What a test gets: a cluster of three brokers, which all tests of a file share, and a topic and a client of its own.

import { startBroker, type ReferenceBroker } from "@moldau/reference-broker";
import { Kafka } from "moldau";
import { test as base } from "vitest";

interface Fixtures {
  /** Three brokers in memory; every rule that a test made is gone after it. */
  readonly broker: ReferenceBroker;
  /** A topic that no other test knows, with one partition. */
  readonly topic: string;
  /** A client, closed after the test. */
  readonly kafka: Kafka;
}

let topics = 0;

const withCluster = base.extend<{ cluster: ReferenceBroker }>({
  cluster: [
    async ({}, use) => {
      const cluster = await startBroker({ brokers: 3 });
      await use(cluster);
      await cluster.close();
    },
    { scope: "file" },
  ],
});

export const test = withCluster.extend<Fixtures>({
  broker: async ({ cluster }, use) => {
    await use(cluster);
    cluster.clearIntercepts();
    for (const { nodeId } of cluster.brokers) await cluster.startNode(nodeId);
  },
  topic: async ({ cluster }, use) => {
    const topic = `orders-${++topics}`;
    await cluster.createTopic(topic);
    await use(topic);
  },
  kafka: async ({ broker }, use) => {
    const kafka = new Kafka({ brokers: broker.bootstrapServers });
    await use(kafka);
    await kafka.close();
  },
});
