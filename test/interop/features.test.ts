import { startBroker } from "@moldau/reference-broker";
import { expect, test } from "vitest";
import { missingForApacheKafka, startApacheKafka } from "../support/apache-kafka.js";
import { transactionVersionTold } from "../support/features-told.js";

const minutes = 60_000;

test.skipIf(missingForApacheKafka() !== undefined).each([0, 1, 2] as const)(
  "transaction.version %i is told as Apache Kafka tells it",
  { timeout: 2 * minutes },
  async (level) => {
    const features = { "transaction.version": level };
    await using kafka = await startApacheKafka({ features });
    await using broker = await startBroker({ features });
    const told = await transactionVersionTold(broker.bootstrapServers[0] ?? "");
    expect(told).toEqual(await transactionVersionTold(kafka.bootstrapServers));
  },
);
