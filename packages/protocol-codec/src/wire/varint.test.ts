import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DecodeError } from "../errors.js";
import {
  readUnsignedVarint,
  readVarint,
  readVarlong,
  readVarlongExact,
  sizeOfUnsignedVarint,
  sizeOfVarint,
  sizeOfVarlong,
  writeUnsignedVarint,
  writeVarint,
  writeVarlong,
} from "./varint.js";

const cursorOver = (bytes: readonly number[] | Uint8Array) => ({
  buffer: Uint8Array.from(bytes),
  position: 0,
  end: bytes.length,
});
const int64 = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);

describe("varints", () => {
  it("come back as they were written, in the bytes they were said to take", () => {
    fc.assert(
      fc.property(fc.integer(), (value) => {
        const bytes = Buffer.alloc(5);
        const signed = cursorOver(bytes.subarray(0, writeVarint(bytes, 0, value)));
        expect(signed.end).toBe(sizeOfVarint(value));
        expect(readVarint(signed)).toBe(value);
        expect(signed.position).toBe(signed.end);
        const unsigned = cursorOver(bytes.subarray(0, writeUnsignedVarint(bytes, 0, value)));
        expect(unsigned.end).toBe(sizeOfUnsignedVarint(value));
        expect(readUnsignedVarint(unsigned)).toBe(value >>> 0);
      }),
    );
  });

  it("of 64 bits are exact, from numbers and from bigints", () => {
    fc.assert(
      fc.property(fc.oneof(int64, fc.maxSafeInteger().map(BigInt)), (value) => {
        const bytes = Buffer.alloc(10);
        const end = writeVarlong(bytes, 0, value);
        expect(end).toBe(sizeOfVarlong(value));
        expect(readVarlongExact(cursorOver(bytes.subarray(0, end)))).toBe(value);
        const rounded = readVarlong(cursorOver(bytes.subarray(0, end)));
        expect(Math.abs(rounded - Number(value))).toBeLessThanOrEqual(Math.abs(rounded) * Number.EPSILON);
        if (!Number.isSafeInteger(Number(value))) return;
        expect(rounded).toBe(Number(value));
        const again = Buffer.alloc(10);
        expect(writeVarlong(again, 0, Number(value))).toBe(end);
        expect(sizeOfVarlong(Number(value))).toBe(end);
        expect(again).toEqual(bytes);
      }),
    );
  });

  it("may be longer than they need to be", () => {
    expect(readVarint(cursorOver([0x82, 0x80, 0x00]))).toBe(1);
    expect(readVarlong(cursorOver([0x81, 0x80, 0x80, 0x80, 0x80, 0x00]))).toBe(-1);
  });

  it.each([
    ["nothing", []],
    ["a byte that promises another", [0x80]],
    ["four bytes that promise a fifth", [0xff, 0xff, 0xff, 0xff]],
    ["33 bits", [0xff, 0xff, 0xff, 0xff, 0x1f]],
    ["six bytes", [0x80, 0x80, 0x80, 0x80, 0x80, 0x01]],
  ])("of %s are refused", (_, bytes) => {
    expect(() => readVarint(cursorOver(bytes))).toThrow(DecodeError);
    expect(() => readUnsignedVarint(cursorOver(bytes))).toThrow(DecodeError);
  });

  it.each([
    ["nothing", []],
    ["nine bytes that promise a tenth", Array.from({ length: 9 }, () => 0xff)],
    ["65 bits", [...Array.from({ length: 9 }, () => 0xff), 0x02]],
    ["eleven bytes", [...Array.from({ length: 10 }, () => 0x80), 0x01]],
  ])("of 64 bits with %s are refused", (_, bytes) => {
    expect(() => readVarlong(cursorOver(bytes))).toThrow(DecodeError);
    expect(() => readVarlongExact(cursorOver(bytes))).toThrow(DecodeError);
  });

  it("are not read beyond the end of the window", () => {
    const cursor = { buffer: Buffer.from([0x80, 0x01]), position: 0, end: 1 };
    expect(() => readVarint(cursor)).toThrow(DecodeError);
    expect(() => readVarint({ buffer: Buffer.from([0x02]), position: 0, end: 0 })).toThrow(DecodeError);
    expect(() => readVarlong({ buffer: Buffer.from([0x02]), position: 0, end: 0 })).toThrow(DecodeError);
  });
});
