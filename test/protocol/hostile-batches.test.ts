import { DecodeError, readBatches, writeBatch } from "@moldau/protocol-codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { countBufferBytes } from "../support/counting.js";
import { goldenLines } from "../support/golden.js";

const vectors = goldenLines<{ readonly name: string; readonly hex: string }>("batches.jsonl.gz").filter(
  ({ hex }) => hex.length < 6000,
);

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
          const allocated = countBufferBytes(() => {
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
        expect(countBufferBytes(() => expect(readAll(set, 1000)).toBeInstanceOf(DecodeError))).toBeLessThan(1000);
      }
    }
  });
});
