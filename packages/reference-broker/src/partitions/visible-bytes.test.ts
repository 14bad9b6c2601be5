import * as fc from "fast-check";
import { expect, test } from "vitest";
import { VisibleBytes } from "./visible-bytes.js";

test("bytes count when they are to be seen, not when they are appended", () => {
  const bytes = new VisibleBytes(10n);
  bytes.note({ logEnd: 12n, appendedBytes: 100, visibleEnd: 10n });
  expect(bytes.total).toBe(0);
  bytes.note({ logEnd: 15n, appendedBytes: 300, visibleEnd: 12n });
  expect(bytes.total).toBe(100);
  bytes.note({ logEnd: 15n, appendedBytes: 300, visibleEnd: 15n });
  expect(bytes.total).toBe(300);
});

test("what was cut off before anybody saw it does not count in what comes in its place", () => {
  const bytes = new VisibleBytes(0n);
  bytes.note({ logEnd: 5n, appendedBytes: 100, visibleEnd: 0n });
  bytes.note({ logEnd: 0n, appendedBytes: 100, visibleEnd: 0n });
  const before = bytes.total;
  bytes.note({ logEnd: 2n, appendedBytes: 130, visibleEnd: 0n });
  expect(bytes.total).toBe(before);
  bytes.note({ logEnd: 3n, appendedBytes: 140, visibleEnd: 2n });
  expect(bytes.total).toBe(130);
});

test("whatever is appended and shown, the count is never behind what can be seen, and exact where appends end", () => {
  fc.assert(
    fc.property(
      fc.array(fc.record({ records: fc.integer({ min: 0, max: 3 }), hidden: fc.nat(8) }), {
        minLength: 1,
        maxLength: 3000,
      }),
      (steps) => {
        const bytes = new VisibleBytes(0n);
        let logEnd = 0n;
        let visibleEnd = 0n;
        for (const { records, hidden } of steps) {
          logEnd += BigInt(records);
          const shown = logEnd - BigInt(hidden);
          if (shown > visibleEnd) visibleEnd = shown;
          // Ten bytes a record.
          bytes.note({ logEnd, appendedBytes: Number(logEnd) * 10, visibleEnd });
          expect(bytes.total).toBeGreaterThanOrEqual(Number(visibleEnd) * 10);
          expect(bytes.total).toBeLessThanOrEqual(Number(visibleEnd) * 10 + 30);
        }
      },
    ),
    { numRuns: 60, seed: 4 },
  );
});

test("a transaction that stays open for very long takes bounded memory, and is counted when it ends", () => {
  const bytes = new VisibleBytes(0n);
  for (let end = 1; end <= 100_000; end++) bytes.note({ logEnd: BigInt(end), appendedBytes: end * 10, visibleEnd: 0n });
  expect(bytes.hiddenCount).toBeLessThanOrEqual(1024);
  expect(bytes.total).toBe(0);
  bytes.note({ logEnd: 100_000n, appendedBytes: 1_000_000, visibleEnd: 50_000n });
  expect(bytes.total).toBeGreaterThanOrEqual(500_000);
  bytes.note({ logEnd: 100_000n, appendedBytes: 1_000_000, visibleEnd: 100_000n });
  expect(bytes.total).toBe(1_000_000);
});
