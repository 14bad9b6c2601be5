import { startBroker } from "@moldau/reference-broker";
import { describe } from "vitest";
import { testAdminOnTransactions } from "../support/admin-on-transactions.js";

describe("the admin and transactions of our broker", () => {
  testAdminOnTransactions(async () => {
    const broker = await startBroker({ configs: { "transaction.partition.verification.enable": false } });
    const [address = ""] = broker.bootstrapServers;
    return { address, close: () => broker.close() };
  });
});
