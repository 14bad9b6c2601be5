import { expect, it } from "vitest";
import { formatAddress, parseAddress } from "./addresses.js";

it.each([
  ["localhost:9092", { host: "localhost", port: 9092 }],
  ["kafka-1.example.com:443", { host: "kafka-1.example.com", port: 443 }],
  ["127.0.0.1:1", { host: "127.0.0.1", port: 1 }],
  ["[::1]:9092", { host: "::1", port: 9092 }],
  ["[fe80::1%eth0]:9092", { host: "fe80::1%eth0", port: 9092 }],
])("%s is read, and written the same", (text, address) => {
  expect(parseAddress(text, "brokers[0]")).toEqual(address);
  expect(formatAddress(address)).toBe(text);
});

it.each(["", "a", "a:", ":9092", "a:b", "a:0", "a:65536", "a b:1", "::1:9092", "a:1,b:2", "a/b:1", 5, null])(
  "%j is refused",
  (text) => {
    expect(() => parseAddress(text, "brokers[0]")).toThrow("brokers[0]");
  },
);
