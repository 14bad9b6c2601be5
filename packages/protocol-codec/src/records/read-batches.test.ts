import { describe, expect, it } from "vitest";
import { DecodeError } from "../errors.js";
import { readBatches } from "./read-batches.js";
import { setBaseOffset } from "./stamp.js";
import { writeBatch } from "./write-batch.js";
import { writeMessageSet } from "./write-message-set.js";

const batchAt = (baseOffset: bigint, ...values: string[]): Buffer =>
  writeBatch(
    { baseOffset },
    values.map((value) => ({ value, timestamp: 5 })),
  );
const values = (set: Buffer | readonly Buffer[]): string[] =>
  [...readBatches(set)].flatMap((batch) => [...batch].map(({ offset, value }) => `${offset}:${value}`));

describe("readBatches", () => {
  const set = Buffer.concat([
    batchAt(10n, "a", "b"),
    writeMessageSet({ magic: 1 }, [{ offset: 12n, value: "c" }]),
    batchAt(13n, "d"),
  ]);

  it("reads batches of all formats in a row", () => {
    expect(values(set)).toEqual(["10:a", "11:b", "12:c", "13:d"]);
  });

  it("leaves out a batch that is cut off at the end, wherever the cut is", () => {
    for (let end = set.length - 1; end > set.length - batchAt(13n, "d").length; end--)
      expect(values(set.subarray(0, end))).toEqual(["10:a", "11:b", "12:c"]);
  });

  it("reads a list of buffers as if joined, whatever the cuts, and copies only batches that cross one", () => {
    for (let cut = 0; cut <= set.length; cut++) {
      for (const second of [cut, cut + 5, cut + 40])
        expect(
          values([set.subarray(0, cut), set.subarray(cut, second), Buffer.alloc(0), set.subarray(second)]),
        ).toEqual(values(set));
    }
    const [first] = readBatches([set.subarray(0, 200), set.subarray(200)]);
    expect(first!.buffer.buffer).toBe(set.buffer);
  });

  it("refuses a batch with a wrong checksum, and says which", () => {
    const broken = Buffer.from(set);
    broken[70]! ^= 1;
    expect(() => values(broken)).toThrow(
      expect.objectContaining({ code: "CORRUPT_MESSAGE", offset: 10n, position: 0, retriable: true }),
    );
    expect([...readBatches(broken, { verifyCrc: false })]).toHaveLength(3);
    expect([...readBatches(broken, { verifyCrc: false })].map((batch) => batch.isValid())).toEqual([false, true, true]);
  });

  it.each([
    ["a negative length", 8, -5],
    ["a length below the smallest message", 8, 13],
    ["a length below a batch's header", 8, 30],
  ])("refuses %s", (_, position, value) => {
    const broken = Buffer.from(set);
    broken.writeInt32BE(value, position);
    expect(() => values(broken)).toThrow(DecodeError);
  });

  it("refuses a length that cannot be one as soon as it is there, in one piece or in several", () => {
    for (const length of [12, 13, 16, 17, 40]) {
      const zeros = Buffer.alloc(length);
      for (const pieces of [
        zeros,
        [zeros],
        [zeros.subarray(0, 5), zeros.subarray(5)],
        [set, zeros.subarray(0, 1), zeros.subarray(1)],
      ])
        expect(() => [...readBatches(pieces)]).toThrow(expect.objectContaining({ code: "CORRUPT_MESSAGE" }));
    }
    for (const length of [0, 1, 11]) expect([...readBatches([Buffer.alloc(length)])]).toEqual([]);
  });

  it("refuses an unknown magic", () => {
    const broken = Buffer.from(set);
    broken[16] = 3;
    expect(() => values(broken)).toThrow(DecodeError);
  });

  it("gives the offset to go on from, beyond 2^53 too", () => {
    const high = Buffer.from(batchAt(0n, "x", "y"));
    setBaseOffset(high, 0, 2n ** 60n + 1n);
    const [batch] = readBatches(high);
    expect(batch).toMatchObject({
      baseOffset: 2n ** 60n + 1n,
      lastOffset: 2n ** 60n + 2n,
      nextOffset: 2n ** 60n + 3n,
      lastOffsetDelta: 1,
    });
  });
});

describe("a cursor", () => {
  it("reads records again after a restart", () => {
    const [batch] = readBatches(batchAt(0n, "a", "b"));
    const cursor = batch!.open();
    while (cursor.next());
    const again = cursor.restart();
    expect(again.next()).toBe(true);
    expect(again.value).toEqual(Buffer.from("a"));
  });

  it("finds a count that is too large before it reads a record, and one that is too small at the end", () => {
    const broken = batchAt(0n, "a", "b");
    broken.writeInt32BE(2 ** 31 - 1, 57);
    const [large] = readBatches(broken, { verifyCrc: false });
    expect(() => large!.open()).toThrow(DecodeError);
    broken.writeInt32BE(1, 57);
    const [small] = readBatches(broken, { verifyCrc: false });
    expect(() => [...small!]).toThrow(/left after its last record/);
  });
});
