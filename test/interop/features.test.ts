import { startBroker } from "@moldau/reference-broker";
import { expect, test } from "vitest";
import { missingForApacheKafka, startApacheKafka } from "../support/apache-kafka.js";
import { featureTold } from "../support/features-told.js";

const minutes = 60_000;

test.skipIf(missingForApacheKafka() !== undefined).each([
  ["transaction.version", 0],
  ["transaction.version", 1],
  ["transaction.version", 2],
  ["group.version", 0],
  ["group.version", 1],
] as const)("%s %i is told as Apache Kafka tells it", { timeout: 2 * minutes }, async (feature, level) => {
  const features = { [feature]: level };
  await using kafka = await startApacheKafka({ features });
  await using broker = await startBroker({ features });
  const told = await featureTold(broker.bootstrapServers[0] ?? "", feature);
  expect(told).toEqual(await featureTold(kafka.bootstrapServers, feature));
});
