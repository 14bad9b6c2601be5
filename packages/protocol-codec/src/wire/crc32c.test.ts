import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32c, crc32cReplace } from "./crc32c.js";

/** The definition, bit by bit. */
function slow(bytes: Uint8Array): number {
  let crc = -1;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ ((crc & 1) === 0 ? 0 : 0x82f63b78);
  }
  return ~crc >>> 0;
}

const bytes = fc.uint8Array({ maxLength: 600 }).map((array) => Buffer.from(array));

describe("crc32c", () => {
  it("gives the check value of its definition", () => {
    expect(crc32c(Buffer.from("123456789"))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(0))).toBe(0);
  });

  it("agrees with the definition at every alignment and length, whole or in pieces", () => {
    fc.assert(
      fc.property(bytes, fc.nat(7), fc.nat(600), (data, offset, cut) => {
        const shifted = Buffer.alloc(data.length + offset);
        shifted.set(data, offset);
        const expected = slow(data);
        expect(crc32c(shifted, offset)).toBe(expected);
        const middle = Math.min(cut, data.length);
        expect(crc32c(data, middle, data.length, crc32c(data, 0, middle))).toBe(expected);
      }),
    );
  });

  it("agrees with itself taken byte by byte, over more bytes than a few words", () => {
    const large = Buffer.from(Array.from({ length: 5000 }, (_, index) => (index * 7919) >>> 3));
    let crc = 0;
    for (let index = 0; index < large.length; index++) {
      crc = crc32c(large, index, index + 1, crc);
      if (index % 97 === 0) expect(crc32c(large, 0, index + 1)).toBe(crc);
    }
    expect(crc32c(large)).toBe(slow(large));
  });

  it("refuses a range outside of the buffer", () => {
    expect(() => crc32c(Buffer.alloc(4), 2, 5)).toThrow(RangeError);
    expect(() => crc32c(Buffer.alloc(4), -1)).toThrow(RangeError);
    expect(() => crc32c(Buffer.alloc(4), 3, 2)).toThrow(RangeError);
  });
});

describe("crc32cReplace", () => {
  it("gives the checksum of the changed message without its unchanged end", () => {
    fc.assert(
      fc.property(bytes, bytes, bytes, (head, tail, change) => {
        const [before, after] = [Buffer.concat([head, tail]), Buffer.concat([head, tail])];
        for (let index = 0; index < Math.min(head.length, change.length); index++) after[index] = change[index]!;
        const replaced = crc32cReplace(
          crc32c(before),
          crc32c(before, 0, head.length),
          crc32c(after, 0, head.length),
          tail.length,
        );
        expect(replaced).toBe(crc32c(after));
      }),
    );
  });
});
