import fc from "fast-check";
import { expect, it } from "vitest";
import { Backoff, defaultRetryPolicy } from "./backoff.js";

it("grows exponentially up to the longest wait, and begins again after a success", () => {
  const backoff = new Backoff({ ...defaultRetryPolicy, jitter: 0 }, () => 0.5);
  expect(Array.from({ length: 6 }, () => backoff.next())).toEqual([100, 200, 400, 800, 1000, 1000]);
  expect(backoff.attempts).toBe(6);
  backoff.reset();
  expect(backoff.next()).toBe(100);
});

it("spreads every wait by the share that is allowed, and never overflows", () => {
  fc.assert(
    fc.property(
      fc.nat({ max: 3000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempts, chance) => {
        const backoff = new Backoff(defaultRetryPolicy, () => chance);
        for (let attempt = 0; attempt < attempts; attempt++) backoff.next();
        const wait = backoff.next();
        expect(wait).toBeGreaterThanOrEqual(80);
        expect(wait).toBeLessThanOrEqual(1200);
      },
    ),
    { numRuns: 50 },
  );
});
