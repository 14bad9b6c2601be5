import { describe, expect, it } from "vitest";
import { codecOnThreads } from "./on-threads.js";
import { compressionCodecs } from "./codecs.js";
import { compressionNames } from "./codec.js";

const input = Buffer.from("a payload of some length ".repeat(4000));

describe("a codec on threads", () => {
  for (const name of compressionNames) {
    const codec = codecOnThreads(name);
    if (codec === undefined) continue;
    it(`writes what the built-in ${name} reads, at every level, and answers later`, async () => {
      for (const level of [undefined, 1, 9]) {
        const answer = codec.compress(input, level);
        expect(answer).toBeInstanceOf(Promise);
        expect(compressionCodecs[name].decompress(Buffer.from(await answer), input.length)).toEqual(input);
      }
    });

    it(`refuses a level of ${name} that does not exist`, () => {
      expect(() => codec.compress(input, 77)).toThrow("Compression level 77 does not exist");
    });
  }

  it("exists for gzip, and not for what is compressed in JavaScript", () => {
    expect(codecOnThreads("gzip")?.name).toBe("gzip");
    expect([codecOnThreads("none"), codecOnThreads("snappy"), codecOnThreads("lz4")]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});
