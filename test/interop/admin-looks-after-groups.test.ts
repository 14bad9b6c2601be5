import { describe } from "vitest";
import { testAdminOnClassicGroups } from "../support/admin-on-groups.js";
import { testAdminOnNextGeneration } from "../support/admin-on-next-generation.js";
import { missingForApacheKafka, startApacheKafka } from "../support/apache-kafka.js";

const missing = missingForApacheKafka();
const leftOut = missing === undefined ? "" : ` (left out: ${missing})`;

const start = async () => {
  const apache = await startApacheKafka();
  return { address: apache.bootstrapServers, close: () => apache.close() };
};

describe.skipIf(missing !== undefined)(`the admin and classic groups of Apache Kafka${leftOut}`, () => {
  testAdminOnClassicGroups(start);
});

describe.skipIf(missing !== undefined)(`the admin and next-generation groups of Apache Kafka${leftOut}`, () => {
  testAdminOnNextGeneration(start);
});
