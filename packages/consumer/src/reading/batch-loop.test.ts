import { writeBatch, type CompressionCodec } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { assigned, batch, bench, inHandFrom, take } from "../../test-support/reading-bench.js";
import { BatchLoop } from "./batch-loop.js";
import { MessageLoop } from "./message-loop.js";

describe("reading by batch", () => {
  it("merges contiguous record batches of one partition", async () => {
    const { reader, give } = bench();
    const partition = assigned(0, 1n);
    partition.highWatermark = 20n;
    give(
      partition,
      batch({ baseOffset: 0 }),
      batch({ baseOffset: 3, deltas: [0], isControl: true }),
      batch({ baseOffset: 4 }),
    );
    give(assigned(1), batch({ baseOffset: 0 }));
    const { value } = await new BatchLoop(reader, { maxMessages: Infinity }).next();
    expect(value).toMatchObject({
      topic: "orders",
      partition: 0,
      length: 5,
      firstOffset: 1n,
      nextOffset: 7n,
      highWatermark: 20n,
      lag: 13n,
    });
    const offsets = [...(value ?? [])].map(({ offset }) => offset);
    expect(offsets).toEqual([1n, 2n, 4n, 5n, 6n]);
    expect([...(value ?? [])].map(({ offset }) => offset)).toEqual(offsets);
  });

  it("cuts at maxMessages and goes on there, in the middle of a record batch", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    give(partition, batch({ baseOffset: 0, deltas: [0, 1, 2, 3, 4] }), batch({ baseOffset: 5 }));
    const loop = new BatchLoop(reader, { maxMessages: 2 });
    const seen: string[] = [];
    for (let round = 0; round < 4; round++) {
      const { value } = await loop.next();
      seen.push(
        value
          ?.toArray()
          .map(({ offset }) => String(offset))
          .join(",") ?? "",
      );
      expect(inHandFrom(partition)).toBe(value?.firstOffset);
    }
    expect(seen).toEqual(["0,1", "2,3", "4,5", "6,7"]);
  });

  it("gives each partition its turn when record batches do not fit together", async () => {
    const { reader, give } = bench();
    const large = (baseOffset: bigint): Buffer => writeBatch({ baseOffset }, [{ value: Buffer.alloc(700_000) }]);
    for (const partition of [assigned(0), assigned(1)]) give(partition, large(0n), large(1n));
    const loop = new BatchLoop(reader, { maxMessages: Infinity });
    const turns: string[] = [];
    for (let round = 0; round < 4; round++) {
      const { value } = await loop.next();
      turns.push(`${value?.partition}: ${value?.firstOffset}`);
    }
    expect(turns).toEqual(["0: 0", "1: 0", "0: 1", "1: 1"]);
  });

  it("hands out a megabyte at most, once decompressed, and cuts a record batch that is larger", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    const records = Array.from({ length: 300 }, (_, index) => ({ offset: BigInt(index), value: Buffer.alloc(10_000) }));
    const huge = writeBatch({ baseOffset: 0n, compression: "gzip" }, records);
    give(
      partition,
      huge,
      batch({ baseOffset: 300 }),
      writeBatch({ baseOffset: 303n }, [{ value: Buffer.alloc(2_000_000) }]),
    );
    const loop = new BatchLoop(reader, { maxMessages: Infinity });
    const lengths: number[] = [];
    let next = 0n;
    while (next < 304n) {
      const { value } = await loop.next();
      expect(value?.firstOffset).toBe(next);
      lengths.push(value?.length ?? 0);
      const bytes = value?.toArray().reduce((sum, { byteLength }) => sum + byteLength, 0) ?? 0;
      expect(bytes).toBeLessThanOrEqual(value?.length === 1 ? 2_000_000 : 1024 * 1024);
      next = value?.nextOffset ?? 304n;
      expect(inHandFrom(partition)).toBe(value?.firstOffset);
    }
    expect(lengths.reduce((sum, length) => sum + length)).toBe(304);
    expect(lengths.length).toBeLessThanOrEqual(6);
  });

  it("commits nothing of a batch that is still being put together", async () => {
    const { reader, give } = bench();
    const open: (() => void)[] = [];
    const slow: CompressionCodec = {
      id: 1,
      name: "gzip",
      compress: (input) => input,
      decompress: (input) => new Promise((resolve) => open.push(() => resolve(input))),
    };
    const partition = assigned(0, 0n, { codecs: { gzip: slow } });
    give(partition, batch({ baseOffset: 0, compression: slow }), batch({ baseOffset: 3, compression: slow }));
    const loop = new BatchLoop(reader, { maxMessages: 10 });
    const next = loop.next();
    await new Promise(setImmediate);
    open.shift()?.();
    await new Promise(setImmediate);
    expect(open).toHaveLength(1);
    expect([partition.done, partition.due]).toEqual([0n, undefined]);
    open.shift()?.();
    expect((await next).value).toMatchObject({ length: 6, nextOffset: 6n });
    expect(partition.due).toBeUndefined();
  });

  it("puts everything back in order when the loop is left while a batch is being put together", async () => {
    const { reader, give } = bench();
    const open: (() => void)[] = [];
    const slow: CompressionCodec = {
      id: 1,
      name: "gzip",
      compress: (input) => input,
      decompress: (input) => new Promise((resolve) => open.push(() => resolve(input))),
    };
    const partition = assigned(0, 0n, { codecs: { gzip: slow } });
    give(partition, batch({ baseOffset: 0 }), batch({ baseOffset: 3, compression: slow }), batch({ baseOffset: 6 }));
    const loop = new BatchLoop(reader, { maxMessages: 10 });
    const pending = loop.next();
    await new Promise(setImmediate);
    await loop.return();
    const taken = take(new MessageLoop(reader), 9);
    await new Promise(setImmediate);
    for (let round = 0; round < 2; round++) {
      open.shift()?.();
      await new Promise(setImmediate);
    }
    expect(await pending).toEqual({ done: true, value: undefined });
    expect(await taken).toEqual(Array.from({ length: 9 }, (_, index) => `0@${index}`));
  });

  it("hands the batch in hand out again after the loop was left, and a loop over messages continues there", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    give(partition, batch({ baseOffset: 0, deltas: [0, 1, 2, 3, 4] }));
    const loop = new BatchLoop(reader, { maxMessages: 2 });
    await loop.next();
    await loop.next();
    await loop.return();
    expect(partition.position).toBe(2n);
    expect(await take(new MessageLoop(reader), 3)).toEqual(["0@2", "0@3", "0@4"]);
  });

  it("gives a loop over batches the rest that a loop over messages left", async () => {
    const { reader, give } = bench();
    give(assigned(), batch({ baseOffset: 0, deltas: [0, 1, 2, 3, 4] }));
    const loop = new MessageLoop(reader);
    await take(loop, 2);
    await loop.return();
    const { value } = await new BatchLoop(reader, { maxMessages: Infinity }).next();
    expect(value?.toArray().map(({ offset }) => offset)).toEqual([1n, 2n, 3n, 4n]);
  });

  it("hands nothing out that was revoked while it was being decompressed", async () => {
    const { reader, give } = bench();
    let decompress: (() => void) | undefined;
    const slow: CompressionCodec = {
      id: 1,
      name: "gzip",
      compress: (input) => input,
      decompress: (input) => new Promise((resolve) => (decompress = () => resolve(input))),
    };
    const partition = assigned(0, 0n, { codecs: { gzip: slow } });
    give(partition, batch({ baseOffset: 0, compression: slow }));
    const loop = new BatchLoop(reader, { maxMessages: 10 });
    const next = loop.next();
    await new Promise(setImmediate);
    reader.suspend([partition]);
    const handsAreEmpty = reader.emptyHanded([partition], new AbortController().signal);
    decompress?.();
    await new Promise(setImmediate);
    partition.end();
    const other = assigned(1);
    give(other, batch({ baseOffset: 7 }));
    await handsAreEmpty;
    expect((await next).value).toMatchObject({ partition: 1, firstOffset: 7n });
  });

  it("keeps several in hand that were asked for with more(), and all become done, or go back, together", async () => {
    const { reader, give } = bench();
    const [one, other] = [assigned(0), assigned(1)];
    for (const partition of [one, other]) give(partition, batch({ baseOffset: 0 }), batch({ baseOffset: 3 }));
    const loop = new BatchLoop(reader, { maxMessages: 3 });
    await loop.next();
    expect((await loop.more(2))?.length).toBe(2);
    expect([one, other].map(({ done, position }) => [done, position])).toEqual([
      [0n, 3n],
      [0n, 2n],
    ]);
    const third = await loop.next();
    expect(third.value).toMatchObject({ partition: 1, firstOffset: 2n });
    expect([one.done, other.done]).toEqual([3n, 2n]);
    await loop.more(9);
    await loop.return();
    expect([one.position, other.position]).toEqual([3n, 2n]);
    expect((await take(new MessageLoop(reader), 7)).toSorted()).toEqual(
      ["0@3", "0@4", "0@5", "1@2", "1@3", "1@4", "1@5"].toSorted(),
    );
  });

  it("gives back only the last one that was asked for when its partition is taken away meanwhile", async () => {
    const { reader, give } = bench();
    let decompress: (() => void) | undefined;
    const slow: CompressionCodec = {
      id: 1,
      name: "gzip",
      compress: (input) => input,
      decompress: (input) => new Promise((resolve) => (decompress = () => resolve(input))),
    };
    const partition = assigned(0, 0n, { codecs: { gzip: slow } });
    give(partition, batch({ baseOffset: 0 }), batch({ baseOffset: 3, deltas: [0, 1, 2, 3], compression: slow }));
    const loop = new BatchLoop(reader, { maxMessages: 3 });
    await loop.next();
    const more = loop.more(9);
    await new Promise(setImmediate);
    reader.suspend([partition]);
    decompress?.();
    expect(await more).toBeUndefined();
    expect([partition.done, partition.position, loop.isEmptyHanded]).toEqual([0n, 3n, false]);
    reader.resume([partition]);
    const next = loop.next();
    await new Promise(setImmediate);
    decompress?.();
    expect((await next).value).toMatchObject({ firstOffset: 3n, nextOffset: 6n });
    expect(partition.done).toBe(3n);
  });

  it("says what keeps more() from being read when the next is asked for, and keeps what is in hand until then", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    const bad = batch({ baseOffset: 3 });
    bad[bad.length - 2]! ^= 0xff;
    give(partition, batch({ baseOffset: 0 }), bad);
    const loop = new BatchLoop(reader, { maxMessages: 3 });
    await loop.next();
    expect(await loop.more(9)).toBeUndefined();
    expect([partition.done, partition.position, loop.isEmptyHanded]).toEqual([0n, 3n, false]);
    give(partition, bad);
    await expect(loop.next()).rejects.toMatchObject({ code: "CORRUPT_MESSAGE", offset: 3n });
    expect(partition.done).toBe(3n);
  });
});
