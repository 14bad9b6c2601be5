import { describe, expect, test } from "vitest";
import { int64At, writeInt64At } from "./int64.js";

describe("a whole number of 64 bits", () => {
  test.each([0n, 1n, -1n, 2n ** 31n, -(2n ** 31n), 2n ** 32n, 2n ** 53n + 1n, 2n ** 63n - 1n, -(2n ** 63n)])(
    "%s stands as Buffer's functions write it, and comes back",
    (value) => {
      const expected = Buffer.alloc(12);
      expected.writeBigInt64BE(value, 3);
      const bytes = Buffer.alloc(12);
      expect(writeInt64At(bytes, 3, value)).toBe(true);
      expect(bytes).toEqual(expected);
      expect(int64At(bytes, 3)).toBe(value);
    },
  );

  test.each([2n ** 63n, -(2n ** 63n) - 1n, 2n ** 64n, 2n ** 70n + 5n])(
    "%s is too large and nothing is written",
    (value) => {
      const bytes = Buffer.alloc(8, 7);
      expect(writeInt64At(bytes, 0, value)).toBe(false);
      expect(bytes).toEqual(Buffer.alloc(8, 7));
    },
  );
});
