import { describe, expect, it } from "vitest";
import { crc32c } from "@moldau/protocol-codec";
import { OffsetIndex } from "./offset-index.js";
import { emptyProducerEntry, type ProducerEntry } from "./producer-entry.js";
import { decodeProducerSnapshot, encodeProducerSnapshot } from "./producer-snapshot.js";
import { TailCache } from "./tail-cache.js";
import { TimeIndex } from "./time-index.js";
import { TransactionIndex } from "./transaction-index.js";

describe("the offset index", () => {
  it("has entries of 8 bytes, offset before position", () => {
    const index = OffsetIndex.empty();
    index.append(20, 1276);
    index.append(42, 2456);
    expect(index.content().toString("hex")).toBe("00000014000004fc" + "0000002a00000998");
  });

  it("finds the largest position that is not behind an offset", () => {
    const index = OffsetIndex.empty();
    for (let entry = 1; entry <= 100; entry++) index.append(entry * 10, entry * 500);
    expect([0, 9, 10, 11, 999, 1000, 5000].map((offset) => index.floorPosition(offset))).toEqual([
      0, 0, 500, 500, 49_500, 50_000, 50_000,
    ]);
    index.truncateTo(500);
    expect(index.lastPosition()).toBe(49 * 500);
    expect(index.count).toBe(49);
  });

  it("refuses contents that cannot be its own", () => {
    const entry = (offset: number, position: number): Buffer => {
      const bytes = Buffer.alloc(8);
      bytes.writeInt32BE(offset);
      bytes.writeInt32BE(position, 4);
      return bytes;
    };
    const parses = (...entries: Buffer[]): boolean => OffsetIndex.parse(Buffer.concat(entries), 1000) !== undefined;
    expect(parses()).toBe(true);
    expect(parses(entry(5, 10), entry(6, 20))).toBe(true);
    expect(parses(entry(5, 10), entry(5, 20))).toBe(false);
    expect(parses(entry(5, 10), entry(6, 10))).toBe(false);
    expect(parses(entry(5, 1000))).toBe(false);
    expect(parses(entry(5, 10), Buffer.alloc(8))).toBe(false);
    expect(parses(Buffer.alloc(7))).toBe(false);
  });
});

describe("the time index", () => {
  it("has entries of 12 bytes with growing timestamps", () => {
    const index = TimeIndex.empty();
    index.append({ timestamp: 1_700_000_000_052, relativeOffset: 20 });
    index.append({ timestamp: 1_700_000_000_052, relativeOffset: 30 });
    index.append({ timestamp: 1_600_000_000_000, relativeOffset: 35 });
    index.append({ timestamp: 1_700_000_000_112, relativeOffset: 42 });
    expect(index.content().toString("hex")).toBe("0000018bcfe5683400000014" + "0000018bcfe568700000002a");
    expect(TimeIndex.parse(index.content())?.last()).toEqual({ timestamp: 1_700_000_000_112, relativeOffset: 42 });
  });

  it("finds the last entry that is not younger", () => {
    const index = TimeIndex.empty();
    for (let entry = 1; entry <= 50; entry++) index.append({ timestamp: entry * 10, relativeOffset: entry });
    expect(index.floor(9)).toBeUndefined();
    expect(index.floor(10)).toEqual({ timestamp: 10, relativeOffset: 1 });
    expect(index.floor(499)).toEqual({ timestamp: 490, relativeOffset: 49 });
    index.truncateTo(20);
    expect(index.last()).toEqual({ timestamp: 190, relativeOffset: 19 });
  });

  it("refuses contents that cannot be its own", () => {
    expect(TimeIndex.parse(Buffer.alloc(11))).toBeUndefined();
    expect(TimeIndex.parse(Buffer.concat([Buffer.alloc(12, 1), Buffer.alloc(12)]))).toBeUndefined();
  });
});

describe("the transaction index", () => {
  it("has entries of 34 bytes", () => {
    const index = TransactionIndex.empty();
    index.append({ producerId: 9n, firstOffset: 793n, lastOffset: 794n, lastStableOffset: 795n });
    expect(index.content().toString("hex")).toBe(
      "0000" + "0000000000000009" + "0000000000000319" + "000000000000031a" + "000000000000031b",
    );
    const parsed = TransactionIndex.parse(index.content(), 0n);
    parsed?.truncateTo(794n);
    expect(parsed?.count).toBe(0);
    expect(TransactionIndex.parse(Buffer.alloc(33), 0n)).toBeUndefined();
  });
});

describe("the producer snapshot", () => {
  const entry: ProducerEntry = {
    ...emptyProducerEntry(7n),
    producerEpoch: 1,
    lastTimestamp: 1_700_000_000_742,
    batches: [
      {
        firstSequence: 0x7fff_fffe,
        lastSequence: 2,
        firstOffset: 290n,
        lastOffset: 294n,
        timestamp: 1_700_000_000_742,
      },
    ],
  };

  it("keeps each producer with its last batch under a checksum", () => {
    const bytes = encodeProducerSnapshot([
      entry,
      { ...emptyProducerEntry(8n), producerEpoch: 3, currentTxnFirstOffset: 12n, coordinatorEpoch: 4 },
    ]);
    expect(bytes).toHaveLength(10 + 2 * 46);
    expect(bytes.readUInt32BE(2)).toBe(crc32c(bytes, 6));
    expect(decodeProducerSnapshot(bytes)).toEqual([
      entry,
      { ...emptyProducerEntry(8n), producerEpoch: 3, currentTxnFirstOffset: 12n, coordinatorEpoch: 4 },
    ]);
  });

  it("is nothing when any byte of it is wrong or missing", () => {
    const good = encodeProducerSnapshot([entry]);
    for (let at = 0; at < good.length; at++) {
      const bytes = Buffer.from(good);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      expect(decodeProducerSnapshot(bytes), `byte ${at}`).toBeUndefined();
      expect(decodeProducerSnapshot(good.subarray(0, at))).toBeUndefined();
    }
  });
});

describe("the tail cache", () => {
  const text = (views: readonly Buffer[] | undefined): string | undefined => views && Buffer.concat(views).toString();

  it("gives back what was appended, from any position that it still holds", () => {
    const tail = new TailCache(20_000);
    tail.reset(100);
    tail.append(Buffer.from("abc"));
    tail.append(Buffer.from("defg"));
    expect(text(tail.read(100, 5))).toBe("abcde");
    expect(text(tail.read(103, 100))).toBe("defg");
    expect(text(tail.read(107, 10))).toBe("");
    expect(tail.read(99, 5)).toBeUndefined();
  });

  it("takes back a failed write without touching what was there before", () => {
    const tail = new TailCache(1 << 20);
    tail.reset(0);
    tail.append(Buffer.alloc(3000, "a"));
    tail.append(Buffer.alloc(3000, "b"));
    tail.append(Buffer.alloc(30_000, "c"));
    const kept = tail.read(0, 6000);
    tail.rollback(4000);
    tail.append(Buffer.alloc(10, "d"));
    expect(text(tail.read(2999, 2000))).toBe(`a${"b".repeat(1000)}${"d".repeat(10)}`);
    expect(text(kept)?.slice(0, 3000)).toBe("a".repeat(3000));
  });

  it("lets go of its oldest blocks beyond the limit", () => {
    const tail = new TailCache(50_000);
    tail.reset(0);
    for (let index = 0; index < 100; index++) {
      tail.append(Buffer.alloc(1000, index));
      tail.trim();
    }
    expect(tail.read(0, 10)).toBeUndefined();
    expect(tail.read(99_000, 1000)?.[0]?.[0]).toBe(99);
    expect(tail.read(70_000, 1)?.[0]?.[0]).toBe(70);
  });
});
