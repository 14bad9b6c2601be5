import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DecodeError, EncodeError } from "../errors.js";
import { compressionNames } from "./codec.js";
import { codecFor, compressionCodecs, compressionName } from "./codecs.js";
import type { CompressionCodec } from "./codec.js";

const codecs = Object.values(compressionCodecs);

/** Bytes with repetitions near and far, as compressors like them, and of every density. */
const payload = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 50 }), fc.integer({ min: 1, max: 400 })), { maxLength: 40 })
  .map((pieces) => Buffer.concat(pieces.map(([bytes, times]) => Buffer.alloc(bytes.length * times, bytes))));

const compressed = (codec: CompressionCodec, input: Buffer, level?: number): Buffer =>
  codec.compress(input, level) as Buffer;
const decompressed = (codec: CompressionCodec, input: Buffer, limit: number): Buffer =>
  codec.decompress(input, limit) as Buffer;

function failure(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe.each(codecs.map((codec) => [codec.name, codec] as const))("the %s codec", (name, codec) => {
  it("gives back what it compressed, and fails with the limit's code one byte below it", () => {
    fc.assert(
      fc.property(payload, (input) => {
        const bytes = compressed(codec, input);
        expect(decompressed(codec, bytes, input.length).equals(input)).toBe(true);
        if (input.length > 0)
          expect(failure(() => decompressed(codec, bytes, input.length - 1))).toMatchObject({
            code: "CLIENT_DECOMPRESSION_LIMIT",
          });
      }),
      { numRuns: 150 },
    );
  });

  it("is found by its number and its name", () => {
    expect(compressionName(codec.id)).toBe(name);
    expect(compressionNames[codec.id]).toBe(name);
    expect(codecFor(name)).toBe(codec);
    const own = { ...codec };
    expect(codecFor(name, { [name]: own })).toBe(own);
  });
});

describe.each(codecs.filter(({ name }) => name !== "none").map((codec) => [codec.name, codec] as const))(
  "the %s codec, given broken bytes,",
  (_, codec) => {
    it("fails with an error of its own, or finds what may be found, and never exceeds the limit", () => {
      fc.assert(
        fc.property(
          payload,
          fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
          fc.nat(),
          (input, changes, cut) => {
            const bytes = Buffer.from(compressed(codec, input));
            for (const [position, value] of changes) bytes[position % bytes.length] = value;
            const limit = input.length + 100;
            for (const broken of [bytes, bytes.subarray(0, cut % bytes.length)]) {
              const error = failure(() => expect(decompressed(codec, broken, limit).length).toBeLessThanOrEqual(limit));
              if (error !== undefined) expect(error).toBeInstanceOf(DecodeError);
            }
          },
        ),
        { numRuns: 300 },
      );
    });

    it("fails with an error of its own on bytes of any kind", () => {
      fc.assert(
        fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
          const error = failure(() => decompressed(codec, Buffer.from(bytes), 10_000));
          if (error !== undefined) expect(error).toBeInstanceOf(DecodeError);
        }),
      );
    });

    it("notices a payload that is cut off", () => {
      const bytes = compressed(codec, Buffer.alloc(100_000, "records and records, "));
      for (let end = bytes.length - 1; end > bytes.length - 40 && end > 0; end--) {
        const error = failure(() => expect(decompressed(codec, bytes.subarray(0, end), 200_000)).toHaveLength(100_000));
        // Only the end mark of the last chunk may be missing unnoticed, in snappy, which has none.
        expect(error).toBeDefined();
      }
    });
  },
);

describe.each(codecs.map((codec) => [codec.name, codec] as const))("the %s codec", (_, codec) => {
  const text = Buffer.from("some text, and some text, and some text");
  const payload = codec.compress(text);

  it.each(["text", 5, undefined, null, {}, [[1, 2]]])("says of %j that it is no bytes", (wrong) => {
    const invalid = { code: "CLIENT_INVALID_ARGUMENT", message: expect.stringMatching(/^input: a Buffer/) };
    expect(failure(() => codec.compress(wrong as never))).toMatchObject(invalid);
    expect(failure(() => codec.decompress(wrong as never, 100))).toMatchObject(invalid);
  });

  it.each([undefined, null, Number.NaN, -1, 1.5, Infinity, "100", 100n])("says of %s that it is no limit", (wrong) => {
    expect(failure(() => codec.decompress(payload, wrong as never))).toMatchObject({
      code: "CLIENT_INVALID_ARGUMENT",
      message: expect.stringMatching(/^limit: a whole number of bytes wanted, not /),
    });
  });

  it("takes any bytes, and gives Buffers", () => {
    const bytes = new Uint8Array(codec.compress(new Uint8Array(text)));
    expect(Buffer.isBuffer(codec.compress(new Uint8Array(text)))).toBe(true);
    expect(codec.decompress(bytes, text.length)).toEqual(text);
  });

  it.each([2 ** 32, 2 ** 32 + 1, 2 ** 33, Number.MAX_SAFE_INTEGER, 2 ** 60])(
    "takes a limit of %d, larger than any buffer",
    (limit) => {
      expect(codec.decompress(payload, limit)).toEqual(text);
      for (const cut of codec.name === "none" ? [] : [payload.subarray(0, -5)])
        expect(failure(() => codec.decompress(cut, limit))).toMatchObject({ code: "CLIENT_DECOMPRESSION_FAILED" });
    },
  );
});

describe("levels", () => {
  const text = Buffer.from(Array.from({ length: 3000 }, (_, index) => `${index * 7919} records, `).join(""));

  it.each([
    ["gzip", 1, 9],
    ["zstd", -5, 19],
  ] as const)("of %s trade speed (%d) for size (%d)", (name, fast, small) => {
    const codec = compressionCodecs[name];
    expect(compressed(codec, text, small).length).toBeLessThan(compressed(codec, text, fast).length);
    expect(decompressed(codec, compressed(codec, text, fast), text.length)).toEqual(text);
  });

  it.each([
    ["gzip", 10],
    ["gzip", 0],
    ["gzip", 1.5],
    ["zstd", 23],
    ["zstd", Number.NaN],
  ] as const)("of %s do not include %d", (name, level) => {
    expect(() => compressionCodecs[name].compress(text, level)).toThrow(EncodeError);
  });
});

it("an unknown number or name is said to be unknown", () => {
  expect(() => compressionName(5)).toThrow(DecodeError);
  expect(() => codecFor("brotli" as never)).toThrow(EncodeError);
  expect(() => codecFor("constructor" as never)).toThrow(EncodeError);
});
