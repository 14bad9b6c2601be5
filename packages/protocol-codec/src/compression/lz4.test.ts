import { describe, expect, it } from "vitest";
import { lz4 } from "./lz4.js";
import { compressLz4Block, decompressLz4Block, lz4BlockBound } from "./lz4-block.js";
import { xxHash32 } from "./xxhash32.js";

describe("xxHash32", () => {
  it.each([
    ["", 0x02cc5d05],
    ["a", 0x550d7456],
    ["abc", 0x32d153ff],
    ["Nobody inspects the spammish repetition", 0xe2293b2f],
  ])("of %j is the one of its definition", (text, hash) => {
    expect(xxHash32(Buffer.from(text))).toBe(hash);
  });
});

describe("lz4 frames", () => {
  it("have independent blocks of 64 KB and a right header checksum", () => {
    const frame = lz4.compress(Buffer.alloc(200_000, "abcdefgh"));
    expect(frame.subarray(0, 7).toString("hex")).toBe("04224d18604082");
    const sizes: number[] = [];
    for (let position = 7; ;) {
      const size = frame.readUInt32LE(position);
      if (size === 0) break;
      sizes.push(
        decompressLz4Block(frame.subarray(position + 4, position + 4 + size), Buffer.alloc(65536), {
          window: 0,
          start: 0,
          end: 65536,
        }),
      );
      position += 4 + size;
    }
    expect(sizes).toEqual([65536, 65536, 65536, 200_000 - 3 * 65536]);
  });

  it("store what does not compress", () => {
    const noise = Buffer.from(Array.from({ length: 70_000 }, (_, index) => Math.imul(index + 1, 0x9e3779b1) >>> 24));
    const frame = lz4.compress(noise);
    expect(frame.length).toBeLessThanOrEqual(noise.length + 7 + 2 * 4 + 4);
    expect(lz4.decompress(frame, noise.length)).toEqual(noise);
  });

  it.each([
    ["a wrong header checksum", (frame: Buffer) => frame.writeUInt8(0, 6)],
    ["another version", (frame: Buffer) => frame.writeUInt8(0x20, 4)],
    ["a block larger than the frame allows", (frame: Buffer) => frame.writeUInt32LE(0x7000_0000, 7)],
    ["another magic", (frame: Buffer) => frame.writeUInt8(0, 0)],
  ])("with %s are refused", (_, change) => {
    const frame = Buffer.from(lz4.compress(Buffer.alloc(1000, "abc")));
    change(frame);
    expect(() => lz4.decompress(frame, 5000)).toThrow(expect.objectContaining({ code: "CLIENT_DECOMPRESSION_FAILED" }));
  });
});

describe("an lz4 payload near the limit", () => {
  it("that is malformed is said to be so, whatever the limit", () => {
    const frame = Buffer.from(lz4.compress(Buffer.alloc(1000, "a")));
    frame.fill(0, 11, frame.length - 4);
    for (const limit of [0, 1, 999, 1000, 1_000_000])
      expect(() => lz4.decompress(frame, limit)).toThrow(
        expect.objectContaining({ code: "CLIENT_DECOMPRESSION_FAILED" }),
      );
  });

  it("that is larger is said to be so, unless no block of its frame could be as large", () => {
    const frame = (length: number): Buffer => {
      const block = Buffer.alloc(lz4BlockBound(length));
      const size = compressLz4Block(Buffer.alloc(length, "abc"), block);
      const parts = [
        Buffer.from(lz4.compress(Buffer.alloc(0))).subarray(0, 7),
        Buffer.alloc(4),
        block.subarray(0, size),
      ];
      parts[1]!.writeUInt32LE(size);
      return Buffer.concat([...parts, Buffer.alloc(4)]);
    };
    expect(lz4.decompress(frame(65_536), 65_536)).toHaveLength(65_536);
    expect(() => lz4.decompress(frame(65_536), 65_535)).toThrow(
      expect.objectContaining({ code: "CLIENT_DECOMPRESSION_LIMIT" }),
    );
    expect(() => lz4.decompress(frame(65_537), 70_000)).toThrow(
      expect.objectContaining({ code: "CLIENT_DECOMPRESSION_FAILED" }),
    );
  });
});

describe("what Java reads of lz4", () => {
  const text = Buffer.from("records and records, ".repeat(50));
  const frame = lz4.compress(text);

  it.each([
    ["zeros", "00000000000000"],
    ["a few bytes", "0422"],
    ["a frame to be skipped", "502a4d180100000000"],
    ["anything else", "7472617368"],
  ])("is a frame followed by %s, which no frame begins with", (_, rest) => {
    expect(lz4.decompress(Buffer.concat([frame, Buffer.from(rest, "hex")]), text.length)).toEqual(text);
    expect(lz4.decompress(Buffer.concat([frame, frame, Buffer.from(rest, "hex")]), 2 * text.length)).toHaveLength(
      2 * text.length,
    );
  });

  it("is not less than what stands there: a frame behind one to be skipped is read too", () => {
    const skipped = Buffer.from("5f2a4d180300000001020304".slice(0, 22), "hex");
    expect(lz4.decompress(Buffer.concat([frame, skipped, skipped, frame]), 5000)).toEqual(Buffer.concat([text, text]));
  });

  it("is no second frame that is broken, which is an error here", () => {
    for (let length = 4; length < frame.length; length++)
      expect(() => lz4.decompress(Buffer.concat([frame, frame.subarray(0, length)]), 2 * text.length)).toThrow(
        expect.objectContaining({ code: "CLIENT_DECOMPRESSION_FAILED" }),
      );
  });

  it("is an end mark that says of itself that it is not compressed", () => {
    const ended = Buffer.concat([frame.subarray(0, -4), Buffer.from("00000080", "hex")]);
    expect(lz4.decompress(ended, text.length)).toEqual(text);
    // Where blocks can follow it is a block, as the format says.
    const second = frame.subarray(7);
    expect(lz4.decompress(Buffer.concat([ended, second]), 2 * text.length)).toEqual(Buffer.concat([text, text]));
  });

  it("is such an end mark in front of a content checksum", () => {
    const sum = Buffer.alloc(4);
    sum.writeUInt32LE(xxHash32(text));
    const ended = Buffer.concat([frame.subarray(0, -4), Buffer.from("00000080", "hex"), sum]);
    ended[4]! |= 0x04;
    ended[6] = (xxHash32(ended, 4, 6) >>> 8) & 0xff;
    expect(lz4.decompress(ended, text.length)).toEqual(text);
    ended[ended.length - 1]! ^= 1;
    expect(() => lz4.decompress(ended, text.length)).toThrow(/content checksum/);
  });
});

describe("lz4 blocks", () => {
  it("begin their last match 12 bytes before the end at the latest, as liblz4 wants it", () => {
    for (let length = 20; length < 400; length++) {
      const input = Buffer.alloc(length, "abcdef");
      const output = Buffer.alloc(lz4BlockBound(length));
      const size = compressLz4Block(input, output);
      expect(size).toBeGreaterThan(0);
      // A run of one match: one token, its literals, the offset, then the last literals.
      const block = output.subarray(0, size);
      expect(lastMatchStart(block)).toBeLessThanOrEqual(length - 12);
    }
  });

  it("of any position do not depend on the block before", () => {
    const input = Buffer.alloc(1000, "abcdefghij");
    const [first, second] = [Buffer.alloc(2000), Buffer.alloc(2000)];
    const size = compressLz4Block(input, first);
    expect(compressLz4Block(input, second)).toBe(size);
    expect(second.equals(first)).toBe(true);
  });

  it.each([
    ["an offset before the beginning", [0x10, 0x61, 0x02, 0x00, 0x10, 0x61]],
    ["an offset of 0", [0x10, 0x61, 0x00, 0x00, 0x10, 0x61]],
    ["more literals than bytes", [0xf0, 0x05, 0x61]],
    ["a length without end", [0xf0, 0xff, 0xff]],
    ["a match at the end", [0x10, 0x61, 0x01, 0x00]],
    ["nothing", []],
  ])("with %s are refused", (_, bytes) => {
    const bounds = { window: 0, start: 0, end: 100 };
    expect(() => decompressLz4Block(Buffer.from(bytes), Buffer.alloc(100), bounds)).toThrow(
      expect.objectContaining({ code: "CLIENT_DECOMPRESSION_FAILED" }),
    );
  });
});

/** Where, in the decompressed bytes, the last match of a block begins. */
function lastMatchStart(block: Buffer): number {
  let [read, written, last] = [0, 0, 0];
  const more = (start: number): number => {
    let length = start;
    if (start === 15) {
      let byte: number;
      do length += byte = block[read++]!;
      while (byte === 255);
    }
    return length;
  };
  for (;;) {
    const token = block[read++]!;
    const literals = more(token >> 4);
    read += literals;
    written += literals;
    if (read >= block.length) return last;
    last = written;
    read += 2;
    written += more(token & 15) + 4;
  }
}
