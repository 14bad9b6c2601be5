import { Parser } from "binary-parser";
import { afterEach, expect, test, vi } from "vitest";
import { MetadataResponse } from "../messages/03-metadata.js";
import { decode, encode } from "./codec.js";
import { parsedFromLength } from "./decoder-choice.js";

afterEach(() => vi.restoreAllMocks());

test("binary-parser reads arrays of structs that are long enough, and the cursor everything else", () => {
  const from = parsedFromLength(MetadataResponse);
  expect(from).toBeGreaterThan(1);
  expect(from).toBeLessThan(100);
  const parse = vi.spyOn(Parser.prototype, "parse");
  for (const [length, parses] of [
    [from - 1, 0],
    [from, 1],
    [from + 50, 1],
  ] as const) {
    parse.mockClear();
    const topics = Array.from({ length }, (_, index) => ({
      name: `topic-${index}`,
      partitions: [{ leaderId: index }],
    }));
    const decoded = decode(MetadataResponse, 12, encode(MetadataResponse, 12, { topics }));
    expect(decoded.topics.map(({ name, partitions }) => [name, partitions[0]?.leaderId])).toEqual(
      topics.map(({ name }, index) => [name, index]),
    );
    expect(parse).toHaveBeenCalledTimes(parses);
  }
});
