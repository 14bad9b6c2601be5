import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { partitionForKey } from "./keyed.js";
import { murmur2, murmur2OfText } from "./murmur2.js";

interface Vector {
  readonly kind: string;
  readonly key: string;
  readonly hash: number;
  readonly partition: Readonly<Record<string, number>>;
}

const file = new URL("../../../../test/golden/misc.jsonl.gz", import.meta.url);
const vectors = gunzipSync(readFileSync(file))
  .toString("utf8")
  .split("\n")
  .filter((line) => line.includes('"kind":"murmur2"'))
  .map((line): Vector => JSON.parse(line));

describe("murmur2", () => {
  it("hashes every key as Apache Kafka's Java class does", () => {
    expect(vectors.length).toBeGreaterThan(200);
    for (const { key, hash } of vectors) expect(murmur2(Buffer.from(key, "hex")), key).toBe(hash);
  });

  it("chooses the partition that Kafka's default partitioner chooses", () => {
    for (const { key, partition } of vectors) {
      for (const [count, chosen] of Object.entries(partition)) {
        expect(partitionForKey(Buffer.from(key, "hex"), Number(count)), `${key} of ${count}`).toBe(chosen);
      }
    }
  });

  it("hashes text as the UTF-8 bytes of that text", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(murmur2OfText(text)).toBe(murmur2(Buffer.from(text, "utf8")));
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: "grapheme-ascii" }), (text) => {
        expect(murmur2OfText(text)).toBe(murmur2(Buffer.from(text, "utf8")));
      }),
    );
    expect(murmur2OfText("\ud800x")).toBe(murmur2(Buffer.from("\ud800x", "utf8")));
  });
});
