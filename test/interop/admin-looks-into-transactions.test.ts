import { describe } from "vitest";
import { testAdminOnTransactions } from "../support/admin-on-transactions.js";
import { missingForApacheKafka, startApacheKafka } from "../support/apache-kafka.js";

const missing = missingForApacheKafka();
const leftOut = missing === undefined ? "" : ` (left out: ${missing})`;

describe.skipIf(missing !== undefined)(`the admin and transactions of Apache Kafka${leftOut}`, () => {
  testAdminOnTransactions(async () => {
    const apache = await startApacheKafka({ properties: { "transaction.partition.verification.enable": "false" } });
    return { address: apache.bootstrapServers, close: () => apache.close() };
  });
});
