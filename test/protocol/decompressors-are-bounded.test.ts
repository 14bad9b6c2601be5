import { gzipSync } from "node:zlib";
import { compressionCodecs, DecodeError, type CompressionName } from "@moldau/protocol-codec";
import { describe, expect, it, test } from "vitest";
import { bombs, repeated, zstdFrameOfRepeats } from "../support/bombs.js";
import { decompressionBytes } from "../support/bounds.js";
import { countBufferBytes } from "../support/counting.js";

/** What decompressing gives: the bytes, or the code of the error. Fails when it makes more buffers than it may, or any other error. */
function outcome(name: CompressionName, payload: Buffer, limit: number): Buffer | string {
  const codec = compressionCodecs[name];
  // Zstd's engine is loaded at first use.
  void codec.compress(Buffer.from("anything"));
  let result: Buffer | string = "";
  const made = countBufferBytes(() => {
    try {
      result = codec.decompress(payload, limit);
    } catch (error) {
      if (!(error instanceof DecodeError)) throw error;
      result = error.code;
    }
  });
  expect(made, "bytes of buffers made").toBeLessThanOrEqual(decompressionBytes(name, payload, limit));
  return result;
}

const exceeded = "CLIENT_DECOMPRESSION_LIMIT";
const failed = "CLIENT_DECOMPRESSION_FAILED";

describe("a payload that would grow beyond the limit ends in one typed error, with no more memory than the limit is worth:", () => {
  const limit = 1 << 20;
  const all = bombs();

  it.each(all.map((bomb) => [bomb.codec, bomb.what, bomb] as const))("%s, %s", (name, _, { payload, grownBytes }) => {
    expect(grownBytes).toBeGreaterThan(limit);
    expect(outcome(name, payload, limit)).toBe(exceeded);
    const error = (() => {
      try {
        return compressionCodecs[name].decompress(payload, limit);
      } catch (thrown) {
        return thrown;
      }
    })();
    expect(error).toMatchObject({ message: expect.stringContaining(`the limit of ${limit} bytes`) });
  });

  it("takes milliseconds from the limit, not from what would come out", () => {
    for (const { codec, payload } of all) {
      const started = performance.now();
      expect(outcome(codec, payload, limit)).toBe(exceeded);
      expect(performance.now() - started).toBeLessThan(1000);
    }
  });

  it("is what the test says it is: with a limit that allows it, it grows", () => {
    for (const { codec, payload, grownBytes } of all.filter((bomb) => bomb.grownBytes <= 64 << 20))
      expect(compressionCodecs[codec].decompress(payload, grownBytes)).toHaveLength(grownBytes);
  });
});

describe("the limit is kept to the byte", () => {
  it.each(["none", "gzip", "snappy", "lz4", "zstd"] as const)("by %s", (name) => {
    for (const size of [0, 1, 2, 1023, 1024, 1025, 65_535, 65_536, 65_537, 300_000]) {
      const payload = compressionCodecs[name].compress(Buffer.alloc(size, "some text "));
      for (const limit of [0, 1, size - 1, size, size + 1].filter((each) => each >= 0)) {
        const result = outcome(name, payload, limit);
        if (size > limit) expect(result).toBe(exceeded);
        else expect(result).toHaveLength(size);
      }
    }
  });
});

test("what stands behind a gzip member, and begins no other, takes no more memory, nor anything from the limit", () => {
  for (const size of [0, 1, 1000, 300_000, 5_000_000])
    for (const rest of ["x", "some text ".repeat(20_000)]) {
      const payload = Buffer.concat([gzipSync(Buffer.alloc(size, "some text ")), Buffer.from(rest)]);
      for (const limit of [size, size + 1, size * 2 + 1_000_000])
        expect(outcome("gzip", payload, limit)).toHaveLength(size);
      if (size > 0) expect(outcome("gzip", payload, size - 1)).toBe(exceeded);
    }
});

describe("thousands of tiny pieces cost no more than their bytes:", () => {
  const count = 50_000;
  const zstdSkippable = Buffer.from("502a4d1800000000", "hex");
  const xerialHeader = Buffer.from("82534e41505059000000000100000001", "hex");
  const lz4 = (size: number): Buffer => compressionCodecs.lz4.compress(Buffer.alloc(size, 97));

  it.each([
    ["zstd", "empty frames", repeated(Buffer.from("28b52ffd2000010000", "hex"), count), 0],
    ["zstd", "frames of one byte", repeated(Buffer.from("28b52ffd200109000061", "hex"), count), count],
    ["zstd", "skippable frames", repeated(zstdSkippable, count), 0],
    [
      "zstd",
      "skippable frames and one of one byte",
      Buffer.concat([repeated(zstdSkippable, count), Buffer.from("28b52ffd200109000061", "hex")]),
      1,
    ],
    [
      "zstd",
      "empty blocks",
      Buffer.concat([Buffer.from("28b52ffd0038", "hex"), Buffer.alloc(3 * count), Buffer.from("010000", "hex")]),
      0,
    ],
    ["gzip", "empty members", repeated(gzipSync(Buffer.alloc(0)), count), 0],
    ["gzip", "members of one byte", repeated(gzipSync(Buffer.alloc(1)), count), count],
    ["lz4", "empty frames", repeated(lz4(0), count), 0],
    ["lz4", "frames of one byte", repeated(lz4(1), count), count],
    ["snappy", "headers", repeated(xerialHeader, count), 0],
    ["snappy", "empty chunks", Buffer.concat([xerialHeader, repeated(Buffer.from([0, 0, 0, 1, 0]), count)]), 0],
    [
      "snappy",
      "chunks of one byte",
      Buffer.concat([xerialHeader, repeated(Buffer.from([0, 0, 0, 3, 1, 0, 97]), count)]),
      count,
    ],
  ] as const)("%s, %s", (name, _, payload, size) => {
    expect(outcome(name, payload, size)).toHaveLength(size);
    if (size > 0) expect(outcome(name, payload, size - 1)).toBe(exceeded);
  });
});

describe("what a payload says of itself is no reason to take memory:", () => {
  /** A zstd frame of compressed blocks of a few bytes, which could hold 128 KiB each, and hold garbage. */
  const zstdLie = Buffer.concat([
    Buffer.from("28b52ffd0038", "hex"),
    repeated(Buffer.from("1c0000ffffff", "hex"), 900),
    Buffer.from("010000", "hex"),
  ]);

  it.each([
    ["zstd", "blocks that could hold 112 MiB", zstdLie, failed],
    ["zstd", "a window of 64 MiB, with a limit below it", Buffer.from("28b52ffd0080010000", "hex"), exceeded],
    ["zstd", "a content of 2^63 bytes", Buffer.from("28b52ffde0ffffffffffffff7f010000", "hex"), exceeded],
    ["lz4", "a content of 2^63 bytes", lz4WithContentSize(0x7fff_ffff_ffff_ffffn), exceeded],
    ["lz4", "a content of 30 MiB", lz4WithContentSize(30n << 20n), failed],
    ["snappy", "30 MiB", Buffer.from("8080800f0061", "hex"), failed],
    ["snappy", "4 GiB", Buffer.from("ffffffff0f0061", "hex"), exceeded],
    ["snappy", "a chunk of 2 GiB", Buffer.from("82534e415050590000000001000000017fffffff00", "hex"), failed],
  ] as const)("%s, %s", (name, _, payload, code) => {
    expect(outcome(name, payload, 32 << 20)).toBe(code);
  });
});

test("nothing at all is an empty payload of what comes in frames, and no payload of what has to begin with something", () => {
  const nothing = Buffer.alloc(0);
  for (const name of ["none", "lz4", "zstd"] as const) expect(outcome(name, nothing, 0)).toHaveLength(0);
  for (const name of ["gzip", "snappy"] as const) expect(outcome(name, nothing, 0)).toBe(failed);
  expect(outcome("zstd", zstdFrameOfRepeats(0), 0)).toHaveLength(0);
});

function lz4WithContentSize(size: bigint): Buffer {
  const frame = Buffer.from("04224d18687000000000000000000000000000", "hex");
  frame.writeBigUInt64LE(size, 6);
  // The checksum of the header is one byte: one of the 256 is right.
  for (let checksum = 0; checksum < 256; checksum++) {
    frame[14] = checksum;
    try {
      void compressionCodecs.lz4.decompress(frame, 0);
    } catch (error) {
      if (!String(error).includes("header checksum")) return frame;
    }
  }
  throw new Error("no checksum is right");
}
