import fc from "fast-check";
import { arbitraryRecordSet, cutIntoPieces } from "../../support/arbitrary-record-sets.js";
import { recordSets } from "../../support/bounds.js";
import { exactDifference } from "../../support/exact-difference.js";
import { goldenLines } from "../../support/golden.js";
import { readRecordSet } from "../../support/reading-record-sets.js";
import { broken, type Target, type Verdict } from "../target.js";
import type { Random } from "../random.js";

const golden = goldenLines<{ readonly hex: string }>("batches.jsonl.gz")
  .map(({ hex }) => Buffer.from(hex, "hex"))
  .filter(({ length }) => length < 8000);

const maxDecompressedBytes = 1 << 18;

/** Record sets of every format and codec: read through cursors, iterators and headers, with and without checksums, whole and in pieces. */
export const batches: Target = {
  name: "batches",
  round(random, examine) {
    const set = random.oneIn(3) ? random.pick(golden) : sample(random);
    examine(set, () => read(set, random));
    for (let count = 0; count < 6; count++) {
      const input = random.oneIn(2) ? broken(set, random) : brokenBehindHeader(set, random);
      examine(input, () => read(input, random));
    }
  },
};

function read(set: Buffer, random: Random): Verdict {
  const options = { verifyCrc: false, maxDecompressedBytes };
  const whole = readRecordSet(set, options);
  const pieces = cutIntoPieces(
    set,
    Array.from({ length: 5 }, () => 1 + random.below(200)),
  );
  expectSame("in pieces", whole, readRecordSet(pieces, options));
  const verified = readRecordSet(set, { ...options, verifyCrc: true });
  // With its checksum looked at, a set ends at the same place or before.
  expectSame("with checksums", whole.batches.slice(0, verified.batches.length), verified.batches);
  if (whole.failure !== undefined && verified.failure === undefined)
    throw new Error("taken only with its checksum looked at");
  return { taken: whole.failure === undefined, shareOfBound: whole.unitsPerByte / recordSets.unitsPerByte };
}

function expectSame(how: string, wanted: unknown, given: unknown): void {
  const difference = exactDifference(wanted, given);
  if (difference !== undefined) throw new Error(`not the same ${how}: ${difference}`);
}

function sample(random: Random): Buffer {
  const [set] = fc.sample(arbitraryRecordSet, { seed: random.next() | 0, numRuns: 1 });
  return set ?? Buffer.alloc(0);
}

/** Changes what stands behind offset and length, and puts the length right, so that more than the first check is put to the test. */
function brokenBehindHeader(set: Buffer, random: Random): Buffer {
  const behind = broken(set.subarray(12), random);
  const head = Buffer.from(set.subarray(0, 12));
  if (head.length === 12) head.writeInt32BE(behind.length, 8);
  return Buffer.concat([head, behind]);
}
