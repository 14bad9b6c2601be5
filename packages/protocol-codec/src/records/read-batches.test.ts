import { describe, expect, it, test } from "vitest";
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
function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}
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

  it("says where in the whole set a batch is broken, in one piece or in several", () => {
    const broken = Buffer.from(set);
    const last = [...readBatches(set)].at(-1)!;
    broken[last.start + 20]! ^= 1;
    const halves = Array.from({ length: set.length }, (_, cut) => [broken.subarray(0, cut), broken.subarray(cut)]);
    for (const pieces of [broken, ...halves]) {
      const error = thrownBy(() => [...readBatches(pieces)]);
      expect(error).toMatchObject({ code: "CORRUPT_MESSAGE", position: last.start, retriable: true });
    }
  });

  it("reads no record, whatever the bytes, where the header says that there is none", () => {
    for (const compression of ["none", "gzip", "snappy", "lz4", "zstd"] as const) {
      const batch = writeBatch({ compression, lastOffsetDelta: 7 }, [{ value: "gone" }]);
      batch.writeInt32BE(0, 57);
      const [read] = readBatches(batch, { verifyCrc: false });
      expect([...read!]).toEqual([]);
      expect(read!.nextOffset).toBe(8n);
    }
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

  describe("says which record is malformed, and where:", () => {
    // Two records before it, each with a header; that of the third is broken byte by byte. Its length stands at byte 85.
    const batch = writeBatch(
      { baseOffset: 70n },
      ["a", "b", "c"].map((value) => ({ value, timestamp: 5, headers: { h: "1" } })),
    );
    const third = 61 + 2 * 12;
    test.each<[string, at: number, bytes: number[], problem: string, position: number]>([
      ["a length beyond the batch", third, [0x7e], "its length is 63", third + 1],
      ["a key that is too long", third + 4, [0x7e], "its key has length 63", third + 5],
      ["a value that is too long", third + 5, [0x7e], "its value has length 63", third + 6],
      ["more headers than bytes", third + 7, [0x7e], "it has 63 headers in 4 bytes", third + 8],
      ["a varint without an end", third + 5, [255, 255, 255, 255, 255, 255, 255], "more than 32 bits", third + 10],
      ["a header without a name", third + 8, [1], "a header has no name", third + 9],
      ["a header's name that is too long", third + 8, [0x7e], "a header's length is 63", third + 9],
      ["bytes behind the headers", third + 10, [0], "bytes are left after its headers", third + 11],
    ])("%s", (_, at, bytes, problem, position) => {
      const broken = Buffer.from(batch);
      broken.set(bytes, at);
      const [read] = readBatches(broken, { verifyCrc: false });
      const error = thrownBy(() => [...read!]);
      expect(error).toBeInstanceOf(DecodeError);
      expect(error).toMatchObject({ position, offset: 70n, code: "CLIENT_DECODE_FAILED" });
      expect(String(error)).toContain("Record 2 of the batch at offset 70 is malformed: ");
      expect(String(error)).toContain(problem);
    });
  });
});
