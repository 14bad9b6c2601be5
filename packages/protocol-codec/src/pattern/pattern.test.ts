import { describe, expect, test } from "vitest";
import { compilePattern } from "./pattern.js";

const matching: readonly (readonly [pattern: string, text: string])[] = [
  ["", ""],
  ["abc", "abc"],
  ["a|b|", "b"],
  ["a|b|", ""],
  [".*OPEN$", "is OPEN"],
  ["(?i).*open", "is OPEN"],
  ["(?i)x|ÄÖ", "äö"],
  ["(?i:a)b", "Ab"],
  ["(?)a", "a"],
  ["a{2,3}", "aaa"],
  ["a{2,}", "aaaa"],
  ["a{2}b{0,1}", "aab"],
  ["a{,2}", "a{,2}"],
  ["(ab)+?c*", "ababcc"],
  ["(?P<name>x)(?<other>y)(?:z)", "xyz"],
  ["[[:alpha:]]*", "abc"],
  ["[[:^digit:]x-]+", "a-x"],
  ["[^a-c]", "d"],
  ["[]a]+", "]a"],
  ["[a\\]\\d-]+", "a]1-"],
  ["\\Qa.b\\E.", "a.bc"],
  ["\\x41\\x{1F600}\\101\\t", "A😀A\t"],
  ["\\pL\\p{Greek}\\P{Lu}\\p{^Lu}", "Aαab"],
  ["^a$", "a"],
  ["\\Aa\\z", "a"],
  ["(?m)a$\\n^b", "a\nb"],
  ["(?s)a.b", "a\nb"],
  ["(?s-m:.)", "\n"],
  ["(?i)[a-z]+\\d", "Q7"],
  ["😀?", "😀"],
];

describe("a pattern matches the whole of a text", () => {
  test.each(matching.filter(([pattern]) => !pattern.includes("\\B")))("%s", (pattern, text) => {
    expect(compilePattern(pattern)?.(text)).toBe(true);
  });
});

const missing: readonly (readonly [pattern: string, text: string])[] = [
  ["a", "ab"],
  ["a", "A"],
  ["(?i)(?-i)a", "A"],
  ["(?i:a)b", "AB"],
  [".", "\n"],
  ["a{2,3}", "aaaa"],
  ["[^a-c]", "b"],
  ["\\d", "٣"],
  ["[[:alpha:]]", "ä"],
  ["(?i)[^a]", "A"],
  ["a\\B", "a"],
  ["a\\bb", "ab"],
  ["a$.", "ab"],
];

describe("and no other", () => {
  test.each(missing)("%s, %j", (pattern, text) => {
    expect(compilePattern(pattern)?.(text)).toBe(false);
  });
});

test.each([
  ...["(", ")", "(a", "[a", "[z-a]", "a**", "*a", "a|*", "+", "?", "(?=a)", "(?!a)", "(?<=a)", "(a)\\1", "\\", "\\k"],
  ...["a{1001}", "a{3,2}", "[[:nothing:]]", "\\p{Nothing}", "\\x{110000}", "(?z)", "(?<>a)", "[", "[a-", "\\8"],
])("%s is none", (pattern) => {
  expect(compilePattern(pattern)).toBeUndefined();
});

test("what makes others try for ever takes a moment", () => {
  const matches = compilePattern("(a*)*(a|a)*((a?){50}){9}b");
  expect(matches?.("a".repeat(2000))).toBe(false);
});

test("what would be too big to run is none", () => {
  expect(compilePattern("((a{1000}){1000}){1000}")).toBeUndefined();
  expect(compilePattern("(".repeat(2000) + ")".repeat(2000))).toBeUndefined();
  expect(compilePattern("a|".repeat(100_000))).toBeUndefined();
});
