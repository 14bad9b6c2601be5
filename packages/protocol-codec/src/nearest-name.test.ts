import { expect, it } from "vitest";
import { nearestName } from "./nearest-name.js";

const names = ["brokers", "clientId", "requestTimeoutMs", "tls", "acks"];

it.each([
  ["broker", "brokers"],
  ["brokres", "brokers"],
  ["clientID", "clientId"],
  ["requestTimeout", "requestTimeoutMs"],
  ["tsl", "tls"],
  ["t".repeat(201), undefined],
  ["tl", "tls"],
  ["ack", "acks"],
  ["linger", undefined],
  ["", undefined],
])("takes %j for %j", (written, meant) => {
  expect(nearestName(written, names)).toBe(meant);
});

it("takes the nearest of several, and nothing of none", () => {
  expect(nearestName("lingers", ["linger", "lingerMs", "singers"])).toBe("linger");
  expect(nearestName("linger", [])).toBeUndefined();
});
