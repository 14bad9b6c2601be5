import { startBroker } from "@moldau/reference-broker";
import { describe } from "vitest";
import { testAdminOnClassicGroups } from "../support/admin-on-groups.js";
import { testAdminOnNextGeneration } from "../support/admin-on-next-generation.js";

const start = async () => {
  const broker = await startBroker();
  const [address = ""] = broker.bootstrapServers;
  return { address, close: () => broker.close() };
};

describe("the admin and classic groups of our broker", () => {
  testAdminOnClassicGroups(start);
});

describe("the admin and next-generation groups of our broker", () => {
  testAdminOnNextGeneration(start);
});
