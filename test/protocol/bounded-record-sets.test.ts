import { writeBatch } from "@moldau/protocol-codec";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryRecordSet, cutIntoPieces } from "../support/arbitrary-record-sets.js";
import { recordSets } from "../support/bounds.js";
import { countBufferBytes } from "../support/counting.js";
import { exactDifference } from "../support/exact-difference.js";
import { goldenLines } from "../support/golden.js";
import { mutated, mutation, type Mutation } from "../support/mutations.js";
import { readRecordSet } from "../support/reading-record-sets.js";

const golden = goldenLines<{ readonly hex: string }>("batches.jsonl.gz")
  .map(({ hex }) => Buffer.from(hex, "hex"))
  .filter(({ length }) => length < 4000);
const anySet = fc.oneof(arbitraryRecordSet, fc.constantFrom(...golden));
const mutations = fc.array(mutation, { maxLength: 3 });
const limit = 200_000;

/** Changes bytes behind the header of the first batch, so that more than its first check is put to the test. */
function mutatedBehindHeader(set: Buffer, changes: readonly Mutation[]): Buffer {
  if (set.length < 12) return mutated(set, changes);
  const behind = mutated(set.subarray(12), changes);
  const head = Buffer.from(set.subarray(0, 12));
  if (behind.length >= 14) head.writeInt32BE(behind.length, 8);
  return Buffer.concat([head, behind]);
}

describe("a record set of any bytes", () => {
  test("gives no more records, headers and objects than its bytes can hold, or one typed error", () => {
    let [refused, taken, densest] = [0, 0, 0];
    const bounded = fc.property(anySet, mutations, fc.boolean(), (set, changes, behind) => {
      const bytes = behind ? mutatedBehindHeader(set, changes) : mutated(set, changes);
      const { failure, unitsPerByte } = readRecordSet(bytes, { verifyCrc: false, maxDecompressedBytes: limit });
      densest = Math.max(densest, unitsPerByte);
      if (failure === undefined) taken++;
      else refused++;
    });
    fc.assert(bounded, { numRuns: 2_000 });
    expect(Math.min(refused, taken)).toBeGreaterThan(200);
    expect(densest).toBeLessThanOrEqual(recordSets.unitsPerByte);
  });

  test("is the same in one piece and in many", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 300 }), { minLength: 1 });
    const same = fc.property(anySet, mutations, sizes, (set, changes, cuts) => {
      const whole = mutated(set, changes);
      const options = { verifyCrc: false, maxDecompressedBytes: limit };
      const one = readRecordSet(whole, options);
      expect(exactDifference(one, readRecordSet(cutIntoPieces(whole, cuts), options))).toBe(undefined);
    });
    fc.assert(same, { numRuns: 500 });
  });

  test("without compression makes no buffer, and in pieces copies what crosses a border", () => {
    const value = Buffer.alloc(300, "value");
    const set = Buffer.concat(
      Array.from({ length: 50 }, () =>
        writeBatch(
          {},
          Array.from({ length: 5 }, () => ({ value })),
        ),
      ),
    );
    const options = { maxDecompressedBytes: 0 };
    expect(countBufferBytes(() => expect(readRecordSet(set, options).failure).toBe(undefined))).toBe(
      recordSets.bufferBytes,
    );
    for (const size of [1, 7, 16, 17, 1000, 20_000]) {
      const pieces = cutIntoPieces(set, [size]);
      const copied = countBufferBytes(() => expect(readRecordSet(pieces, options).batches).toHaveLength(50));
      const allowed =
        recordSets.bufferBytesPerByte * set.length + recordSets.bufferBytesPerPiece * Math.min(pieces.length, 50);
      expect(copied).toBeLessThanOrEqual(allowed);
    }
  });

  test("with the densest records that there can be stays below the stated constant", () => {
    const empty = Buffer.alloc(0);
    const many = Array.from({ length: 2000 }, () => ({ timestamp: 0, key: empty, value: empty }));
    const headers = Array.from({ length: 5000 }, () => ["", empty] as const);
    for (const records of [many, [{ key: empty, value: empty, headers }]]) {
      // Offsets grow to two bytes, and so do the lengths.
      const { unitsPerByte, failure } = readRecordSet(writeBatch({}, records), {});
      expect(failure).toBe(undefined);
      expect(unitsPerByte).toBeGreaterThan(1);
      expect(unitsPerByte).toBeLessThanOrEqual(recordSets.unitsPerByte);
    }
  });

  test("claims counts of records and headers without a step made for them", () => {
    const set = writeBatch({}, [{ key: "key", value: "value", headers: { a: "b" } }]);
    for (const count of [2 ** 31 - 1, 1000, 3, -1, -(2 ** 31)]) {
      const lie = Buffer.from(set);
      lie.writeInt32BE(count, 57);
      const { batches, failure } = readRecordSet(lie, { verifyCrc: false });
      expect(batches[0]?.records ?? []).toHaveLength(0);
      expect(failure).toBe("CLIENT_DECODE_FAILED");
    }
  });
});
