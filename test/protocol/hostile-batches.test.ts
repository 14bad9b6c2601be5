import { gzipSync } from "node:zlib";
import { compressionCodecs, DecodeError, readBatches, writeBatch } from "@moldau/protocol-codec";
import fc from "fast-check";
import { afterEach, describe, expect, it, vi } from "vitest";
import { goldenLines } from "../support/golden.js";

const vectors = goldenLines<{ readonly name: string; readonly hex: string }>("batches.jsonl.gz").filter(
  ({ hex }) => hex.length < 6000,
);

afterEach(() => vi.restoreAllMocks());

/** Reads all there is in a record set and returns how many records, or the error. */
function readAll(set: Buffer, maxDecompressedBytes: number): unknown {
  let records = 0;
  try {
    for (const batch of readBatches(set, { verifyCrc: false, maxDecompressedBytes })) {
      void [
        batch.baseOffset,
        batch.lastOffset,
        batch.lastSequence,
        batch.maxTimestamp,
        batch.timestampType,
        batch.deleteHorizonMs,
      ];
      for (const record of batch) {
        records++;
        void record.headers.length;
      }
    }
  } catch (error) {
    return error;
  }
  return records;
}

/** Counts the bytes of every buffer that is made while something runs. */
function countAllocated(run: () => void): number {
  let bytes = 0;
  for (const method of ["alloc", "allocUnsafe", "allocUnsafeSlow"] as const) {
    const original = Buffer[method].bind(Buffer);
    vi.spyOn(Buffer, method).mockImplementation((size: number) => {
      bytes += size;
      return original(size);
    });
  }
  run();
  vi.restoreAllMocks();
  return bytes;
}

describe("a record set with any bytes changed", () => {
  it("is read, or refused with one kind of error, within the memory allowed", () => {
    const limit = 100_000;
    fc.assert(
      fc.property(
        fc.constantFrom(...vectors),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 }),
        fc.nat(),
        ({ hex }, changes, cut) => {
          const set = Buffer.from(hex, "hex");
          for (const [position, value] of changes) set[position % set.length] = value;
          const cutOff = set.subarray(0, cut % (set.length + 1));
          const allocated = countAllocated(() => {
            for (const each of [set, cutOff]) {
              const result = readAll(each, limit);
              if (typeof result === "number") expect(result).toBeLessThanOrEqual(limit / 7);
              else expect(result).toBeInstanceOf(DecodeError);
            }
          });
          expect(allocated).toBeLessThan(2 * (3 * limit + 16 * set.length));
        },
      ),
      { numRuns: 3000 },
    );
  });

  it("is refused for certain when the checksum is looked at", () => {
    fc.assert(
      fc.property(
        fc.array(fc.string(), { minLength: 1 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (values, position, change) => {
          const set = writeBatch(
            {},
            values.map((value) => ({ value })),
          );
          set[21 + (position % (set.length - 21))]! ^= change;
          expect(() => [...readBatches(set)]).toThrow(expect.objectContaining({ code: "CORRUPT_MESSAGE" }));
        },
      ),
    );
  });

  it("claims any number of headers, records and bytes without getting memory for them", () => {
    const claims = [Buffer.from([0xfe, 0xff, 0xff, 0xff, 0x0f]), Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f])];
    for (const claim of claims) {
      for (let at = 61; at < 75; at++) {
        const set = Buffer.concat([
          writeBatch({}, [{ key: "key", value: "value", headers: { a: "b" } }]),
          Buffer.alloc(10),
        ]);
        claim.copy(set, at);
        set.writeInt32BE(set.length - 12, 8);
        expect(countAllocated(() => expect(readAll(set, 1000)).toBeInstanceOf(DecodeError))).toBeLessThan(1000);
      }
    }
  });
});

describe("a small payload that would grow to a gigabyte", () => {
  const limit = 1 << 20;

  /** Frames of one block each that repeats a byte 128 KB long: a gigabyte from 90 KB. */
  const zstdBomb = Buffer.concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]),
    ...Array.from({ length: 8192 }, () => Buffer.from([0x02, 0x00, 0x10, 0x61])),
    Buffer.from([0x01, 0x00, 0x00]),
  ]);
  const lz4Block = Buffer.concat([
    Buffer.from([0x1f, 0x61, 0x01, 0x00]),
    Buffer.alloc(16_000, 0xff),
    Buffer.from([0x10, 0x50, 0x61, 0x61, 0x61, 0x61, 0x61]),
  ]);
  const lz4Size = Buffer.alloc(4);
  lz4Size.writeUInt32LE(lz4Block.length);
  const lz4Bomb = Buffer.concat([
    Buffer.from("04224d18607073", "hex"),
    ...Array.from({ length: 256 }, () => [lz4Size, lz4Block]).flat(),
    Buffer.alloc(4),
  ]);
  const snappySize = Buffer.from([0x80, 0x80, 0x80, 0x80, 0x04]);
  const snappyBomb = Buffer.concat([
    snappySize,
    Buffer.from([0x00, 0x61]),
    Buffer.alloc(3 * 1024, Buffer.from([0xfe, 0x01, 0x00])),
  ]);
  const gzipBomb = gzipSync(Buffer.alloc(1 << 28));

  it.each([
    ["zstd", zstdBomb],
    ["lz4", lz4Bomb],
    ["gzip", gzipBomb],
    ["snappy", snappyBomb],
  ] as const)("in %s ends at the limit, in milliseconds", (name, bomb) => {
    const codec = compressionCodecs[name];
    void codec.compress(Buffer.from("loads what it needs"));
    const started = performance.now();
    const allocated = countAllocated(() =>
      expect(() => codec.decompress(bomb, limit)).toThrow(
        expect.objectContaining({ code: "CLIENT_DECOMPRESSION_LIMIT" }),
      ),
    );
    expect(allocated).toBeLessThan(3 * limit);
    expect(performance.now() - started).toBeLessThan(250);
  });
});
