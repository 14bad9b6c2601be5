import { deflateRawSync, gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { gzip } from "./gzip.js";
import { isOutputTooLarge } from "./zlib-errors.js";

const text = Buffer.from("records and records and more records, ".repeat(30));
const member = gzip.compress(text);

describe("gzip", () => {
  it("reads members one behind the other, and zeros behind them", () => {
    const both = Buffer.concat([member, member, Buffer.alloc(10)]);
    expect(gzip.decompress(both, 2 * text.length)).toEqual(Buffer.concat([text, text]));
  });

  it.each([
    ["text", Buffer.from("trash")],
    ["one byte", Buffer.from([0x1f])],
    ["more than the member has", Buffer.alloc(10_000, 1)],
  ])("leaves alone what begins no further member: %s", (_, rest) => {
    expect(gzip.decompress(Buffer.concat([member, rest]), text.length)).toEqual(text);
    expect(() => gzip.decompress(Buffer.concat([member, rest]), text.length - 1)).toThrow(
      expect.objectContaining({ code: "CLIENT_DECOMPRESSION_LIMIT" }),
    );
  });

  it("leaves it alone behind every kind of header", () => {
    const parts = { extra: "0300616263", name: "6e616d6500", comment: "00", checksum: "" };
    const fixed = member.subarray(0, 10);
    for (let flags = 0; flags < 16; flags++) {
      const header = Buffer.from(fixed);
      header[3] = (flags & 1 ? 4 : 0) | (flags & 2 ? 8 : 0) | (flags & 4 ? 16 : 0) | (flags & 8 ? 2 : 0);
      const optional = Object.values(parts).map((hex, index) => (flags & (1 << index) ? hex : ""));
      const head = Buffer.concat([header, Buffer.from(optional.join(""), "hex")]);
      const sum = Buffer.alloc(flags & 8 ? 2 : 0);
      if (sum.length > 0) sum.writeUInt16LE(crcOf(head) & 0xffff);
      const whole = Buffer.concat([head, sum, member.subarray(10)]);
      expect(gzip.decompress(whole, text.length)).toEqual(text);
      const followed = Buffer.concat([whole, Buffer.from("trash")]);
      expect(gzip.decompress(followed, text.length)).toEqual(text);
      if (sum.length === 0) continue;
      followed[head.length]! ^= 1;
      expect(() => gzip.decompress(followed, text.length)).toThrow(/header crc mismatch/);
    }
  });

  it("refuses a member that is broken, whatever stands behind it", () => {
    // Time, level and system, bytes 4 to 9, may be anything.
    for (let position = 0; position < member.length; position += position === 3 ? 7 : 1) {
      const broken = Buffer.concat([member, Buffer.from("trash")]);
      broken[position]! ^= 0xff;
      expect(() => gzip.decompress(broken, text.length)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^CLIENT_DECOMPRESSION_/) }),
      );
    }
  });

  it("refuses a further member that is cut off, and what follows several", () => {
    for (let length = 2; length < member.length; length++)
      expect(() => gzip.decompress(Buffer.concat([member, member.subarray(0, length)]), 2 * text.length)).toThrow(
        expect.objectContaining({ code: "CLIENT_DECOMPRESSION_FAILED" }),
      );
    expect(() => gzip.decompress(Buffer.concat([member, member, Buffer.from("trash")]), 3 * text.length)).toThrow(
      expect.objectContaining({ code: "CLIENT_DECOMPRESSION_FAILED" }),
    );
  });

  it("refuses every beginning of a member, and its stream alone", () => {
    for (let length = 0; length < member.length; length++)
      expect(() => gzip.decompress(member.subarray(0, length), text.length)).toThrow(
        expect.objectContaining({ code: "CLIENT_DECOMPRESSION_FAILED" }),
      );
    expect(() => gzip.decompress(deflateRawSync(text), text.length)).toThrow(
      expect.objectContaining({ code: "CLIENT_DECOMPRESSION_FAILED" }),
    );
  });
});

it("only the RangeError for too much output is one", () => {
  const thrown = (run: () => unknown): unknown => {
    try {
      return run();
    } catch (error) {
      return error;
    }
  };
  expect(isOutputTooLarge(thrown(() => gzip.decompress(member, 2 ** 60)))).toBe(false);
  expect(isOutputTooLarge(new RangeError("Array buffer allocation failed"))).toBe(false);
});

/** The CRC-32 of bytes, as the trailer of a member has it. */
function crcOf(bytes: Buffer): number {
  return gzipSync(bytes).readUInt32LE(gzipSync(bytes).length - 8);
}
