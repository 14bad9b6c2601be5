import { describe, expect, it } from "vitest";
import { snappy } from "./snappy.js";
import { compressSnappyBlock, decompressSnappyBlock, snappyBlockBound } from "./snappy-block.js";

const text = Buffer.from("records and records and more records, ".repeat(4000));

function bare(input: Buffer): Buffer {
  const output = Buffer.alloc(snappyBlockBound(input.length));
  return output.subarray(0, compressSnappyBlock(input, output, 0));
}

describe("snappy", () => {
  it("writes xerial's header and chunks of 32 KB", () => {
    const bytes = snappy.compress(text);
    expect(bytes.subarray(0, 16).toString("hex")).toBe("82534e41505059000000000100000001");
    const sizes: number[] = [];
    for (let position = 16; position < bytes.length;) {
      const size = bytes.readInt32BE(position);
      sizes.push(decompressSnappyBlock(bytes.subarray(position + 4, position + 4 + size), Buffer.alloc(32768), 0));
      position += 4 + size;
    }
    expect(sizes).toEqual([32768, 32768, 32768, 32768, text.length - 4 * 32768]);
  });

  it("reads a bare block, and framed streams one behind the other", () => {
    const block = text.subarray(0, 60_000);
    expect(snappy.decompress(bare(block), 60_000)).toEqual(block);
    const stream = snappy.compress(block);
    expect(snappy.decompress(Buffer.concat([stream, stream]), 120_000)).toEqual(Buffer.concat([block, block]));
  });

  it.each([
    ["a copy before the beginning", [4, 0x00, 0x61, 0x01, 0x05]],
    ["a copy of offset 0", [5, 0x00, 0x61, 0x01, 0x00]],
    ["a literal that goes on beyond the end", [5, 0x10, 0x61]],
    ["more than its size says", [1, 0x04, 0x61, 0x62]],
    ["less than its size says", [9, 0x04, 0x61, 0x62]],
    ["a size that its bytes cannot hold", [0xff, 0xff, 0x03, 0x00, 0x61]],
    ["a size without end", [0xff, 0xff, 0xff, 0xff, 0xff, 0xff]],
    ["nothing at all", []],
  ])("refuses %s", (_, bytes) => {
    expect(() => snappy.decompress(Buffer.from(bytes), 100_000)).toThrow(
      expect.objectContaining({ code: "CLIENT_DECOMPRESSION_FAILED" }),
    );
  });
});
