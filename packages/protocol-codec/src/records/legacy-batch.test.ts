import { crc32 } from "node:zlib";
import { describe, expect, it } from "vitest";
import { DecodeError, EncodeError } from "../errors.js";
import { lz4 } from "../compression/lz4.js";
import { xxHash32 } from "../compression/xxhash32.js";
import { readBatches } from "./read-batches.js";
import { writeMessageSet } from "./write-message-set.js";

const records = [
  { offset: 12n, timestamp: 100, key: "a", value: "x" },
  { offset: 15n, timestamp: 90, key: null, value: null },
  { offset: 40n, timestamp: 110, key: "c", value: "z" },
];

describe.each([0, 1] as const)("message sets of magic %d", (magic) => {
  it.each(["none", "gzip", "snappy", "lz4"] as const)(
    "with compression %s are read with the offsets of the log",
    (compression) => {
      const batches = [...readBatches(writeMessageSet({ magic, compression }, records))];
      expect(batches.flatMap((batch) => [...batch])).toEqual(
        records.map(({ offset, timestamp, key, value }) => ({
          offset,
          timestamp: magic === 0 ? -1 : timestamp,
          key: key && Buffer.from(key),
          value: value && Buffer.from(value),
          headers: [],
        })),
      );
      if (compression !== "none")
        expect(batches[0]).toMatchObject({
          count: 3,
          baseOffset: 12n,
          lastOffset: 40n,
          lastOffsetDelta: 28,
          compression,
          maxTimestamp: magic === 0 ? -1 : 110,
        });
    },
  );

  it("have no headers", () => {
    expect(() => writeMessageSet({ magic }, [{ value: "x", headers: { a: "b" } }])).toThrow(EncodeError);
  });

  it("are refused when one compressed message stands inside another", () => {
    const inner = writeMessageSet({ magic, compression: "gzip" }, records);
    const [batch] = readBatches(wrapped(inner, magic));
    expect(() => batch!.open()).toThrow(DecodeError);
  });

  it("are refused when the formats inside and outside differ", () => {
    const [batch] = readBatches(wrapped(writeMessageSet({ magic: magic === 0 ? 1 : 0 }, records), magic));
    expect(() => batch!.open()).toThrow(DecodeError);
  });

  it("are refused when a wrapper is empty or its last message is cut off", () => {
    const cut = writeMessageSet({ magic }, records).subarray(0, -1);
    for (const inner of [Buffer.alloc(0), cut]) {
      const [batch] = readBatches(wrapped(inner, magic));
      expect(() => batch!.open()).toThrow(DecodeError);
    }
  });
});

it.each([
  ["the one that old clients wrote", (frame: Buffer) => xxHash32(frame, 0, 6) >>> 8],
  ["any other", (frame: Buffer) => frame[6]! + 1],
])("accepts a wrong header checksum of lz4 in magic 0 and nowhere else: %s", (_, checksum) => {
  const faulty = {
    ...lz4,
    compress: (input: Buffer) => {
      const frame = Buffer.from(lz4.compress(input));
      frame[6] = checksum(frame) & 0xff;
      return frame;
    },
  };
  const [zero] = readBatches(writeMessageSet({ magic: 0, compression: faulty }, records));
  expect([...zero!]).toHaveLength(3);
  const [one] = readBatches(writeMessageSet({ magic: 1, compression: faulty }, records));
  expect(() => one!.open()).toThrow(/header checksum/);
});

it("lets the append time of a wrapper stand for all inside", () => {
  const [batch] = readBatches(
    writeMessageSet({ magic: 1, compression: "gzip", timestampType: "LogAppendTime" }, records),
  );
  expect([...batch!].map(({ timestamp }) => timestamp)).toEqual([110, 110, 110]);
});

/** A gzip wrapper around any bytes. */
function wrapped(inner: Buffer, magic: 0 | 1): Buffer {
  const codec = { id: 1, name: "gzip", compress: () => gzipOf(inner), decompress: (input: Buffer) => input } as const;
  return writeMessageSet({ magic, compression: codec }, records);
}

function gzipOf(bytes: Buffer): Buffer {
  // One stored block: header, last block, length and its complement, bytes, checksum, size.
  const size = Buffer.alloc(4);
  size.writeUInt16LE(bytes.length, 0);
  size.writeUInt16LE(~bytes.length & 0xffff, 2);
  const end = Buffer.alloc(8);
  end.writeUInt32LE(crc32(bytes), 0);
  end.writeUInt32LE(bytes.length, 4);
  return Buffer.concat([Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1]), size, bytes, end]);
}
