import { expect, test } from "vitest";
import { bytesText, counted, jsonLine } from "./report.js";

test("a report is one JSON object on one line, also with what JSON has no form for", () => {
  const line = jsonLine({ event: "x", text: "one\ntwo", facts: { offset: 12n, reason: new Error("broken") } }, 0);
  expect(line).not.toContain("\n");
  expect(JSON.parse(line)).toEqual({
    time: "1970-01-01T00:00:00.000Z",
    event: "x",
    offset: 12,
    reason: "broken",
    text: "one\ntwo",
  });
});

test("bytes are told in the unit that fits", () => {
  expect([0, 1, 999, 1000, 4_100_000, 123_456_789, 5e12, 5e15].map(bytesText)).toEqual([
    "0 bytes",
    "1 bytes",
    "999 bytes",
    "1.0 kB",
    "4.1 MB",
    "123 MB",
    "5.0 TB",
    "5000 TB",
  ]);
});

test("one is one", () => {
  expect([counted(0, "group"), counted(1, "group"), counted(2n, "match", "matches")]).toEqual([
    "0 groups",
    "1 group",
    "2 matches",
  ]);
});
