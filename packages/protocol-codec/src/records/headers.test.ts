import { describe, expect, it } from "vitest";
import { headerPairs } from "./headers.js";

describe("headerPairs", () => {
  it("keeps pairs as they are, order and repetition included", () => {
    const pairs = [
      ["b", "1"],
      ["a", null],
      ["b", "2"],
    ] as const;
    expect(headerPairs(pairs)).toBe(pairs);
  });

  it("takes pairs from whatever gives them: a Map, the headers of a message", () => {
    const pairs = [
      ["a", "1"],
      ["b", null],
    ] as const;
    expect(headerPairs(new Map(pairs))).toEqual(pairs);
    expect(headerPairs({ [Symbol.iterator]: () => pairs[Symbol.iterator]() })).toEqual(pairs);
  });

  it("repeats a header for every value of a list, and leaves out what is undefined", () => {
    expect(headerPairs({ a: "1", b: ["2", null], c: [], d: undefined as never })).toEqual([
      ["a", "1"],
      ["b", "2"],
      ["b", null],
    ]);
  });
});
