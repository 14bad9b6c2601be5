import fc from "fast-check";
import { describe, expect, it, vi } from "vitest";
import { RecordTexts } from "./record-texts.js";

/** Bytes that begin `shift` bytes after an address that four divides. */
function shifted(bytes: Uint8Array, shift: number): Buffer {
  const buffer = Buffer.from(new ArrayBuffer(bytes.length + shift), shift);
  buffer.set(bytes);
  return buffer;
}

/** As of a batch whose records are short. */
function textsOf(buffer: Buffer, count = buffer.length): RecordTexts {
  return new RecordTexts({ buffer, start: 0, end: buffer.length, count });
}

/** Bytes that are text for a while, as records are: long runs of ASCII, and whatever there is besides. */
const pieces = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.string({ minLength: 1, maxLength: 300 }).map((text) => Buffer.from(text)) },
    fc.string({ unit: "grapheme", maxLength: 40 }).map((text) => Buffer.from(text)),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  ),
  { minLength: 1, maxLength: 80 },
);

describe("the texts of records", () => {
  it("are what toString gives, wherever the bytes stand and in whatever order they are asked for", () => {
    const places = fc.array(fc.tuple(fc.nat(), fc.nat({ max: 300 })), { maxLength: 100 });
    fc.assert(
      fc.property(pieces, fc.nat({ max: 3 }), places, fc.boolean(), (parts, shift, asked, inOrder) => {
        const buffer = shifted(Buffer.concat(parts), shift);
        const texts = textsOf(buffer);
        const stretches = asked.map(([from, length]): [number, number] => {
          const start = from % (buffer.length + 1);
          return [start, Math.min(length, buffer.length - start)];
        });
        if (inOrder) stretches.sort(([a], [b]) => a - b);
        for (const [start, length] of stretches)
          expect(texts.read(start, length)).toBe(buffer.toString("utf8", start, start + length));
      }),
    );
  });

  it("are cut where a byte of another character stands, to the byte", () => {
    const ascii = "x".repeat(64);
    for (let shift = 0; shift < 4; shift++) {
      for (let place = 0; place < 64; place++) {
        const bytes = Buffer.from(ascii);
        bytes[place] = 0x80;
        const buffer = shifted(bytes, shift);
        const texts = textsOf(buffer);
        for (let length = 0; length <= place; length++) expect(texts.read(0, length)).toBe(ascii.slice(0, length));
        expect(texts.read(place + 1, 63 - place)).toBe(ascii.slice(place + 1));
        expect(texts.read(place, 1)).toBe("\ufffd");
        expect(texts.read(0, 64)).toBe(`${ascii.slice(0, place)}\ufffd${ascii.slice(place + 1)}`);
      }
    }
  });

  it("are null for a length below 0, and empty for 0", () => {
    const texts = textsOf(Buffer.from("some bytes"));
    expect(texts.read(3, -1)).toBe(null);
    expect(texts.read(3, 0)).toBe("");
    expect(textsOf(Buffer.alloc(0), 4).read(0, 0)).toBe("");
  });

  describe("make windows of bytes", () => {
    /** Bytes that became windows while every text of `length` was read. */
    function windowed(buffer: Buffer, length: number, { count, order = (starts) => starts }: Reading = {}): number {
      const texts = textsOf(buffer, count);
      const starts = Array.from({ length: Math.floor(buffer.length / length) }, (_, index) => index * length);
      const spy = vi.spyOn(buffer, "toString");
      for (const start of order(starts)) texts.read(start, length);
      let bytes = 0;
      for (const [encoding, start = 0, end = 0] of spy.mock.calls) if (encoding === "latin1") bytes += end - start;
      spy.mockRestore();
      return bytes;
    }
    interface Reading {
      readonly count?: number;
      readonly order?: (starts: number[]) => readonly number[];
    }
    const text = Buffer.from("0123456789".repeat(20_000));

    it("that are little more than the buffer's, in order", () => {
      for (const length of [1, 10, 100, 250]) {
        const bytes = windowed(text, length);
        expect(bytes).toBeGreaterThanOrEqual(text.length);
        expect(bytes).toBeLessThan(text.length * 1.05);
      }
    });

    it("that are no more in any other order", () => {
      const toAndFro = (starts: number[]): number[] =>
        starts.map((start, index) => (index % 2 === 0 ? start : (starts.at(-index) ?? 0)));
      expect(windowed(text, 10, { order: toAndFro })).toBeLessThan(text.length * 1.05);
      expect(windowed(text, 10, { order: (starts) => starts.toReversed() })).toBeLessThan(text.length * 0.05);
    });

    it("that are few where texts are not ASCII", () => {
      expect(windowed(Buffer.from("ž".repeat(100_000)), 100)).toBeLessThan(10_000);
    });

    it("not at all where texts or records are long, or records few", () => {
      expect(windowed(text, 300)).toBe(0);
      expect(windowed(text, 10, { count: text.length / 1000 })).toBe(0);
      expect(windowed(Buffer.from("0123456789".repeat(30)), 10, { count: 3 })).toBe(0);
    });
  });
});
