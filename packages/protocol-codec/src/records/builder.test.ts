import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DecodeError, EncodeError } from "../errors.js";
import { BatchBuilder } from "./builder.js";
import { headerPairs } from "./headers.js";
import { readBatches } from "./read-batches.js";
import type { LogRecord, RecordHeaders } from "./record.js";

const timestamp = 1_763_800_000_000;

function only(set: Buffer): { records: LogRecord[]; count: number; sizeInBytes: number } {
  const [batch, ...rest] = readBatches(set);
  expect(rest).toEqual([]);
  return { records: [...batch!], count: batch!.count, sizeInBytes: batch!.sizeInBytes };
}

const bytesOf = (part: Uint8Array | string | null): Buffer | null => {
  if (part === null || part instanceof Buffer) return part;
  return typeof part === "string" ? Buffer.from(part) : Buffer.from(part);
};

const part = fc.oneof(
  fc.uint8Array({ maxLength: 40 }),
  fc.constant(null),
  fc.string({ unit: "binary", maxLength: 80 }),
  fc.string({ unit: "grapheme", maxLength: 40 }),
  fc.string({ maxLength: 30 }).map((text) => text.repeat(100)),
  fc.uint8Array({ maxLength: 300 }).map((array) => Buffer.from(array)),
);
const headers = fc.oneof(
  fc.constant(undefined),
  fc.array(fc.tuple(fc.string({ unit: "grapheme", maxLength: 20 }), part), { maxLength: 4 }),
  fc.dictionary(fc.string({ maxLength: 8 }), fc.oneof(part, fc.array(part, { maxLength: 3 })), { maxKeys: 3 }),
);
const record = fc.record({
  timestamp: fc.oneof(fc.maxSafeInteger(), fc.integer({ min: timestamp, max: timestamp + 5000 })),
  key: part,
  value: part,
  headers,
});

function pairs(given: RecordHeaders | undefined): [string, Buffer | null][] {
  return headerPairs(given ?? []).map(([name, value]) => [name, bytesOf(value)]);
}

describe("BatchBuilder", () => {
  it("writes any record so that it is read back", () => {
    fc.assert(
      fc.property(fc.array(record, { maxLength: 12 }), fc.integer({ min: 0, max: 3000 }), (records, initialBytes) => {
        const builder = new BatchBuilder({ maxBytes: 1 << 20, initialBytes });
        for (const each of records)
          expect(
            builder.tryAppend(each.timestamp, each.key, each.value, each.headers as RecordHeaders | undefined),
          ).toBe(true);
        const { sizeInBytes } = builder;
        const batch = only(builder.finish());
        expect(batch).toMatchObject({ count: records.length, sizeInBytes });
        expect(batch.records).toEqual(
          records.map((each, index) => ({
            offset: BigInt(index),
            timestamp: each.timestamp,
            key: bytesOf(each.key),
            value: bytesOf(each.value),
            headers: pairs(each.headers as RecordHeaders | undefined),
          })),
        );
      }),
      { numRuns: 300 },
    );
  });

  it("never exceeds its limit but by the first record, and changes nothing when it refuses one", () => {
    fc.assert(
      fc.property(
        fc.array(record, { minLength: 1, maxLength: 20 }),
        fc.integer({ min: 61, max: 2000 }),
        (records, maxBytes) => {
          const builder = new BatchBuilder({ maxBytes });
          const taken: string[] = [];
          for (const each of records) {
            const before = builder.sizeInBytes;
            if (builder.tryAppend(each.timestamp, each.key, each.value))
              taken.push(String(bytesOf(each.value)?.toString("hex")));
            else expect(builder.sizeInBytes).toBe(before);
          }
          expect(builder.count).toBe(taken.length);
          if (builder.count > 1) expect(builder.sizeInBytes).toBeLessThanOrEqual(maxBytes);
          expect(only(builder.finish()).records.map(({ value }) => String(value?.toString("hex")))).toEqual(taken);
        },
      ),
    );
  });

  it("writes the same bytes and refuses the same records on the short way as on the general one", () => {
    const near = (...sizes: number[]): fc.Arbitrary<number> =>
      fc.oneof(...sizes.map((size) => fc.integer({ min: Math.max(0, size - 9), max: size + 9 })));
    // Lengths at which a varint gets another byte: of a part, of a record, in bytes or in characters.
    const length = near(0, 12, 24, 62, 126, 2730, 4095, 8190);
    const shortPart = fc.oneof(
      fc.constant(null),
      length.map((size) => Buffer.alloc(size, "bytes")),
      fc
        .tuple(length, fc.constantFrom("a", "é", "ž", "€", "𝄞", "\ud800"))
        .map(([size, last]) => "a".repeat(size) + last),
      part,
    );
    // Mostly as records follow one another, and at times so far away that only the general way serves.
    const seldom = (often: fc.Arbitrary<number>, far: fc.Arbitrary<number>): fc.Arbitrary<number> =>
      fc.oneof({ weight: 20, arbitrary: often }, { weight: 1, arbitrary: far });
    const shortRecord = fc.record({
      offset: seldom(fc.constantFrom(1, 1, 1, 62), near(8191)),
      distance: seldom(fc.integer({ min: -70, max: 70 }), near(8191, 2 ** 31)),
      key: shortPart,
      value: shortPart,
    });
    fc.assert(
      fc.property(
        fc.array(shortRecord, { minLength: 1, maxLength: 12 }),
        fc.integer({ min: 61, max: 40_000 }),
        fc.integer({ min: 0, max: 40_000 }),
        (records, maxBytes, initialBytes) => {
          const [short, general] = [undefined, []].map((headers) => {
            const builder = new BatchBuilder({ maxBytes, initialBytes });
            let offset = -1;
            const taken = records.map((each) => {
              const next = offset + Math.max(1, each.offset);
              const fits = builder.tryAppendAt(next, timestamp + each.distance, each.key, each.value, headers);
              if (fits) offset = next;
              return fits;
            });
            const { count, maxTimestamp } = builder;
            return { taken, count, maxTimestamp, bytes: builder.finish().toString("latin1") };
          });
          expect(short).toEqual(general);
        },
      ),
      { numRuns: 500 },
    );
  });

  it("counts what text takes beyond its characters where a length or the limit is reached, on both ways alike", () => {
    const sizes = [50, 8160].flatMap((from) => Array.from({ length: 40 }, (_, index) => from + index));
    for (const value of sizes.map((size) => "a".repeat(size) + "€")) {
      const append = (maxBytes: number, headers: [] | undefined): [boolean, Buffer] => {
        const builder = new BatchBuilder({ maxBytes, initialBytes: 40_000 });
        builder.tryAppend(timestamp, null, "first");
        return [builder.tryAppend(timestamp, null, value, headers), builder.finish()];
      };
      const [, whole] = append(100_000, []);
      for (const missing of [0, 1, 2, 3]) {
        const [fits, batch] = append(whole.length - missing, undefined);
        expect(fits).toBe(missing === 0);
        expect(batch.equals(append(whole.length - missing, [])[1])).toBe(true);
      }
    }
  });

  it("writes into memory that it is given, and takes other memory only when that is too small", () => {
    const memory = Buffer.alloc(1000, 0xee);
    const fill = (buffer: Buffer | undefined, value: Buffer): Buffer => {
      const builder = new BatchBuilder({ maxBytes: 10_000, ...(buffer === undefined ? {} : { buffer }) });
      builder.tryAppend(timestamp, "k", value);
      builder.tryAppend(timestamp, "k", "v");
      return builder.finish();
    };
    const small = Buffer.alloc(100, 1);
    const written = fill(memory, small);
    expect(written).toEqual(fill(undefined, small));
    expect([written.buffer, written.byteOffset]).toEqual([memory.buffer, memory.byteOffset]);
    for (const given of [memory, Buffer.alloc(10)]) {
      const large = Buffer.alloc(2000, 2);
      const elsewhere = fill(given, large);
      expect(elsewhere).toEqual(fill(undefined, large));
      expect(elsewhere.buffer).not.toBe(given.buffer);
    }
  });

  it("takes a first record that alone is larger than the limit", () => {
    const builder = new BatchBuilder({ maxBytes: 100 });
    expect(builder.tryAppend(timestamp, null, Buffer.alloc(5000, 1))).toBe(true);
    expect(builder.tryAppend(timestamp, null, null)).toBe(false);
    expect(only(builder.finish()).records[0]!.value).toEqual(Buffer.alloc(5000, 1));
  });

  it("keeps timestamps exact that a number would round", () => {
    const builder = new BatchBuilder({ maxBytes: 1000 });
    const exact = [-(2n ** 63n), 2n ** 53n + 1n, 2n ** 63n - 1n, 0n];
    for (const each of exact) builder.tryAppend(each, null, null);
    const [batch] = readBatches(builder.finish());
    const read: bigint[] = [];
    for (const cursor = batch!.open(); cursor.next();) read.push(cursor.exactTimestamp);
    expect(read).toEqual(exact);
  });

  it("replaces lone surrogates, as Node's UTF-8 does", () => {
    const builder = new BatchBuilder({ maxBytes: 1000 });
    builder.tryAppend(timestamp, "a\ud800", "\udfff".repeat(30));
    expect(only(builder.finish()).records[0]).toMatchObject({
      key: Buffer.from("a\ufffd"),
      value: Buffer.from("\ufffd".repeat(30)),
    });
  });

  it.each([
    ["a fraction as timestamp", (builder: BatchBuilder) => builder.tryAppend(1.5, null, null)],
    ["no timestamp", (builder: BatchBuilder) => builder.tryAppend(NaN, null, null)],
    ["a timestamp beyond 64 bits", (builder: BatchBuilder) => builder.tryAppend(2n ** 63n, null, null)],
    ["a number as value", (builder: BatchBuilder) => builder.tryAppend(0, null, 5 as never)],
    ["an array as key", (builder: BatchBuilder) => builder.tryAppend(0, [1] as never, null)],
    ["undefined as value", (builder: BatchBuilder) => builder.tryAppend(0, null, undefined as never)],
    ["a number as header", (builder: BatchBuilder) => builder.tryAppend(0, null, null, { a: 1 as never })],
    [
      "a header's name of bytes",
      (builder: BatchBuilder) => builder.tryAppend(0, null, null, [[Buffer.from("a") as never, null]]),
    ],
    ["an offset before the last", (builder: BatchBuilder) => builder.tryAppendAt(0, 0, null, null)],
    ["half an offset", (builder: BatchBuilder) => builder.tryAppendAt(1.5, 0, null, null)],
    ["a timestamp just beyond what a number holds", (builder: BatchBuilder) => builder.tryAppend(2 ** 53, null, null)],
  ])("refuses %s and stays as it was", (_, append) => {
    const builder = new BatchBuilder({ maxBytes: 1000 });
    builder.tryAppend(timestamp, "k", "v");
    const { sizeInBytes } = builder;
    expect(() => append(builder)).toThrow(EncodeError);
    expect(builder).toMatchObject({ sizeInBytes, count: 1 });
    expect(only(builder.finish()).records).toHaveLength(1);
  });

  it("makes one batch only", () => {
    const builder = new BatchBuilder({ maxBytes: 1000 });
    builder.finish();
    expect(() => builder.finish()).toThrow(EncodeError);
    expect(() => builder.tryAppend(0, null, null)).toThrow(EncodeError);
  });

  it("tells a synchronous caller of an asynchronous codec, and works with one otherwise", async () => {
    const codec = {
      id: 3,
      name: "lz4",
      compress: async (input: Buffer) => Buffer.from(input),
      decompress: async (input: Buffer) => input,
    } as const;
    const builder = new BatchBuilder({ maxBytes: 1000 });
    builder.tryAppend(timestamp, null, "v");
    expect(() => builder.finish({ compression: codec })).toThrow(/async/i);
    const [batch] = readBatches(await builder.finishAsync({ compression: codec }), { codecs: { lz4: codec } });
    expect(() => batch!.open()).toThrow(DecodeError);
    const cursor = await batch!.openAsync();
    expect(cursor.next()).toBe(true);
    expect(cursor.value).toEqual(Buffer.from("v"));
  });

  it("is as it was when it could not be finished", async () => {
    const builder = new BatchBuilder({ maxBytes: 1000 });
    builder.tryAppend(timestamp, null, "one");
    expect(() => builder.finish({ producerEpoch: 40_000 })).toThrow(EncodeError);
    expect(() => builder.finish({ compression: "gzip", level: 99 })).toThrow(EncodeError);
    await expect(builder.finishAsync({ compression: "gzip", level: 99 })).rejects.toThrow(EncodeError);
    expect(builder.tryAppend(timestamp, null, "two")).toBe(true);
    const [batch] = readBatches(builder.finish({ compression: "gzip" }));
    expect(Array.from(batch!, ({ value }) => value?.toString())).toEqual(["one", "two"]);
  });

  it("makes a batch without records that says nothing of compression", () => {
    const set = new BatchBuilder({ maxBytes: 1000 }).finish({ compression: "lz4", lastOffsetDelta: 4 });
    const [batch] = readBatches(set);
    expect(batch).toMatchObject({ compression: "none", count: 0, lastOffset: 4n, sizeInBytes: 61 });
    expect([...batch!]).toEqual([]);
  });

  it.each([
    { producerEpoch: 40_000 },
    { baseSequence: 2 ** 31 },
    { partitionLeaderEpoch: 0.5 + 2 ** 40 },
    { partitionLeaderEpoch: 1.5 },
    { producerEpoch: "1" as never },
    { baseSequence: null as never },
    { lastOffsetDelta: 2 ** 31 },
    { timestampType: "LogAppendTime" } as const,
  ])("refuses the header %o", (options) => {
    expect(() => new BatchBuilder({ maxBytes: 1000 }).finish(options)).toThrow(EncodeError);
  });
});
