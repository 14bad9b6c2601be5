import { expect, test } from "vitest";
import { advice, checkKeys, checkName } from "./known-names.js";

const known = ["Produce", "Fetch", "ListOffsets", "Metadata"];

test.each([
  ["Produc", 'did you mean "Produce"?'],
  ["produce", 'did you mean "Produce"?'],
  ["Metadta", 'did you mean "Metadata"?'],
  ["Fecth", 'did you mean "Fetch"?'],
  ["ListOffset", 'did you mean "ListOffsets"?'],
  ["", "write one of Produce, Fetch, ListOffsets, Metadata"],
  ["SomethingElse", "write one of Produce, Fetch, ListOffsets, Metadata"],
  ["x".repeat(1_000_000), "write one of Produce, Fetch, ListOffsets, Metadata"],
  [7, "write one of Produce, Fetch, ListOffsets, Metadata"],
])("for %j the advice is: %s", (given, wanted) => {
  expect(advice(given, known)).toBe(wanted);
});

test("a few of many names are shown", () => {
  const many = Array.from({ length: 90 }, (_, index) => `name-${index}`);
  expect(advice("?", many)).toMatch(/^write one such as name-0, .*name-11$/);
});

test("names and keys that are known pass, others are refused with the advice", () => {
  expect(() => checkName("api", "Fetch", known)).not.toThrow();
  expect(() => checkName("api", undefined, known)).toThrow("unknown api undefined: write one of Produce");
  expect(() => checkKeys("a thing", { Fetch: 1 }, known)).not.toThrow();
  expect(() => checkKeys("a thing", { Fitch: 1 }, known)).toThrow(
    'a thing has no option "Fitch": did you mean "Fetch"?',
  );
  expect(() => checkKeys("a thing", null, known)).toThrow("a thing takes an object with some of Produce");
  expect(() => checkKeys("a thing", [], known)).toThrow("a thing takes an object");
});
