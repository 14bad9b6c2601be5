import { startBroker } from "@moldau/reference-broker";
import { describe } from "vitest";
import { testAdminOnClassicGroups } from "../support/admin-on-groups.js";

describe("the admin and classic groups of our broker", () => {
  testAdminOnClassicGroups(async () => {
    const broker = await startBroker();
    const [address = ""] = broker.bootstrapServers;
    return { address, close: () => broker.close() };
  });
});
