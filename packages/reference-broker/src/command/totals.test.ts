import { expect, test } from "vitest";
import { durationText } from "./totals.js";

test("a time is told in the units that fit", () => {
  expect([0, 9.96, 59.4, 60, 185, 3600, 7290].map(durationText)).toEqual([
    "0.0 s",
    "10.0 s",
    "59 s",
    "1 min 0 s",
    "3 min 5 s",
    "1 h 0 min",
    "2 h 1 min",
  ]);
});
