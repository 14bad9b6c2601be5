import fc from "fast-check";
import { expect, test } from "vitest";
import { Writer } from "./writer.js";

type Step = (writer: Writer) => Buffer;

/** What a step writes, and the bytes that have to come of it. */
const steps: fc.Arbitrary<Step> = fc.oneof(
  fc.integer({ min: -128, max: 127 }).map((value): Step => (writer) => {
    writer.int8(value);
    return Buffer.from([value & 0xff]);
  }),
  fc.nat({ max: 0xffff_ffff }).map((value): Step => (writer) => {
    writer.uvarint(value);
    return uvarint(value);
  }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value): Step => (writer) => {
    writer.int64(value);
    const bytes = Buffer.alloc(8);
    bytes.writeBigInt64BE(value);
    return bytes;
  }),
  fc.tuple(fc.string({ unit: "binary", maxLength: 60 }), fc.boolean()).map(([text, compact]): Step => (writer) => {
    const bytes = Buffer.from(text);
    if (compact) writer.compactString(text);
    else writer.string(text);
    const length = Buffer.from([bytes.length >> 8, bytes.length & 0xff]);
    return Buffer.concat([compact ? uvarint(bytes.length + 1) : length, bytes]);
  }),
  // Short ones are copied, long ones referenced.
  fc.constantFrom(0, 1, 40, 1023, 1024, 3000).map((length): Step => (writer) => {
    const bytes = Buffer.alloc(length, length);
    writer.bytes(bytes);
    return bytes;
  }),
);

function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  for (; value > 0x7f; value = Math.floor(value / 0x80)) bytes.push((value % 0x80) | 0x80);
  return Buffer.from([...bytes, value]);
}

test("whatever is written stands behind one another, wherever the buffer has to grow and whatever is referenced", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 80 }), fc.array(steps, { maxLength: 60 }), (initialBytes, list) => {
      const writer = new Writer(initialBytes);
      const expected = Buffer.concat(list.map((step) => step(writer)));
      expect(writer.length).toBe(expected.length);
      expect(writer.toBuffer().toString("hex")).toBe(expected.toString("hex"));
    }),
    { numRuns: 2_000 },
  );
});

test("a short string that is not ASCII leaves no gap where the buffer grows behind a referenced piece", () => {
  for (let before = 40; before <= 64; before++) {
    const writer = new Writer(64);
    for (let i = 0; i < 10; i++) writer.int8(1);
    writer.bytes(Buffer.alloc(1024, 2));
    for (let i = 0; i < before; i++) writer.int8(3);
    writer.compactString("é");
    // Two bytes of text, so the length is written as 3.
    expect(
      writer
        .toBuffer()
        .subarray(1034 + before)
        .toString("hex"),
      `${before} bytes before`,
    ).toBe("03c3a9");
  }
});
