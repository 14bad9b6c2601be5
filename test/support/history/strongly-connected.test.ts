import { expect, it } from "vitest";
import { cyclesIn, type Graph } from "./strongly-connected.js";

function graph(edges: Readonly<Record<number, readonly number[]>>): Graph {
  return new Map(Object.entries(edges).map(([from, to]) => [Number(from), new Set(to)]));
}

it("finds the vertices that lead to each other, and no others", () => {
  expect(cyclesIn(graph({}))).toEqual([]);
  expect(cyclesIn(graph({ 1: [2], 2: [3], 4: [3] }))).toEqual([]);
  expect(cyclesIn(graph({ 1: [2], 2: [3], 3: [1, 4], 4: [5], 5: [4], 6: [1] }))).toEqual([
    [4, 5],
    [1, 2, 3],
  ]);
  // Two circles with one vertex in common are one set.
  expect(cyclesIn(graph({ 1: [2], 2: [1, 3], 3: [2] }))).toEqual([[1, 2, 3]]);
});

it("walks long ways without running out of stack", () => {
  const length = 50_000;
  const long = new Map(Array.from({ length }, (_, index) => [index, new Set([(index + 1) % length])]));
  expect(cyclesIn(long)[0]).toHaveLength(length);
});
