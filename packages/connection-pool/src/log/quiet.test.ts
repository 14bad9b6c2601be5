import { VirtualClock } from "moldau-testing";
import { expect, it } from "vitest";
import { Quiet, quietMs } from "./quiet.js";

const clock = new VirtualClock();

it("writes one line of a kind in five minutes, and then says how many were kept back", async () => {
  const quiet = new Quiet(clock);
  expect(quiet.ask("away")).toBe(0);
  for (let count = 0; count < 99; count++) expect(quiet.ask("away")).toBeUndefined();
  expect(quiet.ask("throttled")).toBe(0);
  await clock.advance(quietMs);
  expect(quiet.ask("away")).toBe(99);
  expect(quiet.ask("away")).toBeUndefined();
  await clock.advance(quietMs);
  expect(quiet.ask("away")).toBe(1);
});

it("writes as many of a kind as it is asked to", () => {
  const quiet = new Quiet(clock);
  expect(Array.from({ length: 5 }, () => quiet.ask("away", 3))).toEqual([0, 0, 0, undefined, undefined]);
});

it("remembers a thousand kinds at most, and forgets the oldest", () => {
  const quiet = new Quiet(clock);
  for (let kind = 0; kind < 1001; kind++) expect(quiet.ask(String(kind))).toBe(0);
  expect(quiet.ask("1000")).toBeUndefined();
  expect(quiet.ask("1")).toBeUndefined();
  expect(quiet.ask("0")).toBe(0);
});
