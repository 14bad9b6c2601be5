import { describe, expect, test } from "vitest";
import { runProgram } from "../support/child-program.js";
import { repository } from "../support/repository.js";
import { fuzz } from "./fuzz.js";
import { Random } from "./random.js";
import { report } from "./report.js";
import { broken, type Target } from "./target.js";
import { allTargets } from "./targets/all.js";

test("a short run finds no fault in anything that takes bytes", async () => {
  const seed = 20_260_101;
  const tallies = await fuzz({ targets: allTargets, seed, seconds: 3 });
  expect(tallies.flatMap(({ fault }) => (fault === undefined ? [] : report(tallies, seed)))).toEqual([]);
  for (const { name, taken, refused, shareOfBound } of tallies) {
    expect(taken, name).toBeGreaterThan(0);
    expect(refused, name).toBeGreaterThan(0);
    expect(shareOfBound, name).toBeLessThanOrEqual(1);
  }
});

test("the program runs, and says what it did", async () => {
  const args = ["scripts/run.cjs", "fuzz", "--seconds", "1", "--seed", "7", "--only", "streams"];
  const { code, stdout, stderr } = await runProgram(process.execPath, args, { cwd: repository });
  expect(code, stderr).toBe(0);
  expect(stdout).toMatch(/seed 7, 1 s: streams\n/);
  expect(stdout).toMatch(/\nstreams +\d+ +\d+ +\d+ +\d+ +\d+\.\d %\n/);
}, 90_000);

describe("a fault", () => {
  /** Cannot bear a byte above 0xf0 at the beginning. */
  const fragile: Target = {
    name: "fragile",
    round(random, examine) {
      const input = broken(random.bytes(8), random);
      examine(input, () => {
        if ((input[0] ?? 0) > 0xf0) throw new RangeError("out of range");
        return { taken: true, shareOfBound: 0 };
      });
    },
  };

  test("is reported with its input and with how to have it again, and is had again so", async () => {
    const [tally] = await fuzz({ targets: [fragile], seed: 3, seconds: 20 });
    const { fault } = tally!;
    expect(fault!.input[0]).toBeGreaterThan(0xf0);
    const text = report([tally!], 3).join("\n");
    expect(text).toContain("RangeError: out of range");
    expect(text).toContain(fault!.input.toString("hex"));
    expect(text).toContain(`npm run fuzz -- --seed 3 --only fragile --round ${fault!.round}`);

    const [again] = await fuzz({ targets: [fragile], seed: 3, seconds: 0, round: fault!.round });
    expect(again!.fault!.input).toEqual(fault!.input);
    expect(again!.rounds).toBe(1);
  });

  test("in one target leaves the others running, until they are told to stop", async () => {
    const stop = new AbortController();
    let rounds = 0;
    const sturdy: Target = {
      name: "sturdy",
      round(random, examine) {
        examine(random.bytes(3), () => ({ taken: false, shareOfBound: 0 }));
        if (++rounds === 5000) stop.abort();
      },
    };
    const [first, second] = await fuzz({ targets: [fragile, sturdy], seed: 3, seconds: 60, signal: stop.signal });
    expect(first!.fault).toBeDefined();
    expect(second).toMatchObject({ rounds: 5000, refused: 5000, fault: undefined });
  });
});

test("the same seed gives the same chance, another gives another", () => {
  const take = (seed: string): number[] => Array.from({ length: 5 }, () => new Random(seed).below(1_000_000));
  expect(take("1 frames 2")).toEqual(take("1 frames 2"));
  expect(take("1 frames 2")).not.toEqual(take("1 frames 3"));
  const random = new Random("spread");
  const counts = Array.from({ length: 8 }, () => 0);
  for (let count = 0; count < 8000; count++) counts[random.below(8)]!++;
  for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
});
