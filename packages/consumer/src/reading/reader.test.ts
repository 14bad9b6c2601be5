import { systemClock, type Clock } from "@moldau/connection-pool";
import {
  DecodeError,
  KafkaError,
  readBatches,
  setLogAppendTime,
  writeBatch,
  type CompressionCodec,
} from "@moldau/protocol-codec";
import { VirtualClock } from "moldau-testing";
import { describe, expect, it } from "vitest";
import { AssignedPartition } from "../partitions/assigned-partition.js";
import { nextOffsetAfter, PartitionBuffer } from "../partitions/partition-buffer.js";
import { BatchLoop } from "./batch-loop.js";
import { MessageLoop } from "./message-loop.js";
import type { Message } from "./message.js";
import { Reader } from "./reader.js";

interface BatchShape {
  readonly baseOffset: number;
  /** Distances of the records from the base offset. */
  readonly deltas?: readonly number[];
  readonly isControl?: boolean;
  readonly lastOffsetDelta?: number;
  readonly compression?: CompressionCodec;
}

function batch({ baseOffset, deltas = [0, 1, 2], ...rest }: BatchShape): Buffer {
  const records = deltas.map((delta) => ({
    offset: BigInt(baseOffset + delta),
    timestamp: 1000 + delta,
    key: null,
    value: Buffer.from(`v${baseOffset + delta}`),
  }));
  return writeBatch({ baseOffset: BigInt(baseOffset), ...rest }, records);
}

function assigned(
  number = 0,
  from = 0n,
  options?: ConstructorParameters<typeof PartitionBuffer>[0],
): AssignedPartition {
  const partition = new AssignedPartition("orders", number, new PartitionBuffer(options));
  partition.found(from);
  return partition;
}

interface Bench {
  readonly reader: Reader;
  readonly consumed: AssignedPartition[];
  give(partition: AssignedPartition, ...batches: readonly Buffer[]): void;
}

function bench(start: () => Promise<void> = () => Promise.resolve(), clock: Clock = new VirtualClock()): Bench {
  const consumed: AssignedPartition[] = [];
  const reader = new Reader({
    clock,
    start,
    begun: () => undefined,
    progressed: () => undefined,
    consumed: (partition) => consumed.push(partition),
  });
  const give = (partition: AssignedPartition, ...batches: readonly Buffer[]): void => {
    const records = Buffer.concat(batches);
    partition.received(records, nextOffsetAfter(records) ?? partition.fetchOffset);
    reader.enqueue(partition);
  };
  return { reader, consumed, give };
}

/** The first offset that is in hand; undefined when none is. */
function inHandFrom({ ledger }: AssignedPartition): bigint | undefined {
  return ledger.isEmptyHanded ? undefined : ledger.done;
}

async function take(loop: MessageLoop, count: number): Promise<string[]> {
  const offsets: string[] = [];
  for (let index = 0; index < count; index++) offsets.push(describeMessage(await loop.next()));
  return offsets;
}

function describeMessage({ value, done }: IteratorResult<Message, undefined>): string {
  return done === true ? "done" : `${value.partition}@${value.offset}`;
}

describe("reading message by message", () => {
  it("hands out every message in order, and steps over what lies before the position", async () => {
    const { reader, give } = bench();
    const partition = assigned(0, 1n);
    give(partition, batch({ baseOffset: 0 }), batch({ baseOffset: 3 }));
    expect(await take(new MessageLoop(reader), 5)).toEqual(["0@1", "0@2", "0@3", "0@4", "0@5"]);
  });

  it("counts a message as done when the next is asked for, and not before", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    give(partition, batch({ baseOffset: 0 }));
    const loop = new MessageLoop(reader);
    expect(inHandFrom(partition)).toBeUndefined();
    await loop.next();
    expect([inHandFrom(partition), partition.position]).toEqual([0n, 1n]);
    await loop.next();
    expect([inHandFrom(partition), partition.position]).toEqual([1n, 2n]);
    await loop.next();
    const pending = loop.next();
    expect(inHandFrom(partition)).toBeUndefined();
    expect(partition.position).toBe(3n);
    await reader.close({ finish: false, deadline: 0 });
    expect(await pending).toEqual({ done: true, value: undefined });
  });

  it("hands the message in hand out again after the loop was left", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    give(partition, batch({ baseOffset: 0 }));
    const first = new MessageLoop(reader);
    await take(first, 2);
    await first.return();
    expect(partition.position).toBe(1n);
    expect(await take(new MessageLoop(reader), 2)).toEqual(["0@1", "0@2"]);
  });

  it("does not hand out again what was marked by hand before the loop was left", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    give(partition, batch({ baseOffset: 0 }));
    const first = new MessageLoop(reader);
    await take(first, 2);
    partition.mark(2n);
    await first.return();
    expect(await take(new MessageLoop(reader), 1)).toEqual(["0@2"]);
  });

  it("advances by the batch's last offset, past gaps, control batches and batches without records", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    give(
      partition,
      batch({ baseOffset: 0, deltas: [0, 2], lastOffsetDelta: 9 }),
      batch({ baseOffset: 10, deltas: [], lastOffsetDelta: 4 }),
      batch({ baseOffset: 15, deltas: [0], isControl: true }),
      batch({ baseOffset: 16, deltas: [0] }),
      batch({ baseOffset: 17, deltas: [0], isControl: true }),
    );
    const loop = new MessageLoop(reader);
    expect(await take(loop, 3)).toEqual(["0@0", "0@2", "0@16"]);
    const pending = loop.next();
    await new Promise(setImmediate);
    expect([partition.position, partition.fetchOffset]).toEqual([18n, 18n]);
    await reader.close({ finish: false, deadline: 0 });
    await pending;
  });

  it("takes partitions in turn, batch by batch", async () => {
    const { reader, give } = bench();
    const [a, b] = [assigned(0), assigned(1)];
    give(a, batch({ baseOffset: 0, deltas: [0, 1] }), batch({ baseOffset: 2, deltas: [0] }));
    give(b, batch({ baseOffset: 0, deltas: [0] }));
    expect(await take(new MessageLoop(reader), 4)).toEqual(["0@0", "0@1", "1@0", "0@2"]);
  });

  it("does not hold other partitions up when one is paused, and goes on with it where it was", async () => {
    const { reader, give } = bench();
    const [a, b] = [assigned(0), assigned(1)];
    give(a, batch({ baseOffset: 0 }));
    give(b, batch({ baseOffset: 0 }));
    const loop = new MessageLoop(reader);
    await loop.next();
    a.paused = true;
    reader.interrupt();
    expect(await take(loop, 3)).toEqual(["1@0", "1@1", "1@2"]);
    a.paused = false;
    reader.enqueue(a);
    expect(await take(loop, 2)).toEqual(["0@1", "0@2"]);
  });

  it("drops what was read ahead after a seek, and the message in hand does not become done", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    give(partition, batch({ baseOffset: 0 }));
    const loop = new MessageLoop(reader);
    await loop.next();
    partition.seek(40n);
    reader.interrupt();
    give(partition, batch({ baseOffset: 40 }));
    expect(await take(loop, 1)).toEqual(["0@40"]);
    expect(inHandFrom(partition)).toBe(40n);
  });

  it("hands nothing of a partition out that was given up", async () => {
    const { reader, give } = bench();
    const [a, b] = [assigned(0), assigned(1)];
    give(a, batch({ baseOffset: 0 }));
    const loop = new MessageLoop(reader);
    await loop.next();
    reader.suspend([a]);
    const next = loop.next();
    await new Promise(setImmediate);
    a.end();
    give(b, batch({ baseOffset: 0 }));
    expect(describeMessage(await next)).toBe("1@0");
  });

  it("tells when the hands are empty", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    give(partition, batch({ baseOffset: 0 }));
    const loop = new MessageLoop(reader);
    await loop.next();
    reader.suspend([partition]);
    const order: string[] = [];
    const empty = reader.emptyHanded([partition], new AbortController().signal).then(() => order.push("empty"));
    await new Promise(setImmediate);
    order.push("asks");
    const next = loop.next();
    await empty;
    expect(order).toEqual(["asks", "empty"]);
    await reader.close({ finish: false, deadline: 0 });
    await next;
    await reader.emptyHanded([partition], AbortSignal.abort());
  });

  it("gives the event loop a turn under a loop that never waits", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    const big = writeBatch(
      { baseOffset: 0n },
      Array.from({ length: 2000 }, () => ({ value: Buffer.alloc(400) })),
    );
    give(partition, big, writeBatch({ baseOffset: 2000n }, [{ value: null }]));
    let turned = false;
    setImmediate(() => (turned = true));
    await take(new MessageLoop(reader), 2001);
    expect(turned).toBe(true);
  });

  it("gives the event loop a turn every ten milliseconds or so under bodies that compute, and seldom under quick ones", async () => {
    let now = 0;
    let turns = 0;
    const clock = { ...systemClock, monotonic: () => now, soon: (run: () => void) => (turns++, setImmediate(run)) };
    const { reader, give } = bench(() => Promise.resolve(), clock);
    const partition = assigned();
    const deltas = Array.from({ length: 200 }, (_, index) => index);
    give(partition, batch({ baseOffset: 0, deltas }), batch({ baseOffset: 200, deltas }));
    const loop = new MessageLoop(reader);
    for (let count = 0; count < 200; count++) {
      await loop.next();
      now += 5;
    }
    expect(turns).toBeGreaterThanOrEqual(90);
    turns = 0;
    for (let count = 0; count < 200; count++) {
      await loop.next();
      now += 0.01;
    }
    expect(turns).toBeLessThanOrEqual(1);
  });

  it("notices within 64 messages that bodies have become slow", async () => {
    let now = 0;
    let turns = 0;
    const clock = { ...systemClock, monotonic: () => now, soon: (run: () => void) => (turns++, setImmediate(run)) };
    const { reader, give } = bench(() => Promise.resolve(), clock);
    give(assigned(), batch({ baseOffset: 0, deltas: Array.from({ length: 2000 }, (_, index) => index) }));
    const loop = new MessageLoop(reader);
    await take(loop, 1000);
    for (let count = 0; count < 65; count++) {
      await loop.next();
      now += 5;
    }
    expect(turns).toBeGreaterThanOrEqual(1);
  });
});

describe("errors while reading", () => {
  it("refuses a batch with a wrong checksum with the partition and offset, and keeps what was done", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    const bad = batch({ baseOffset: 3 });
    bad[bad.length - 2]! ^= 0xff;
    give(partition, batch({ baseOffset: 0 }), bad);
    const loop = new MessageLoop(reader);
    await take(loop, 3);
    await expect(loop.next()).rejects.toMatchObject({
      code: "CORRUPT_MESSAGE",
      topic: "orders",
      partition: 0,
      offset: 3n,
    });
    expect(await loop.next()).toEqual({ done: true, value: undefined });
    expect([partition.position, partition.fetchOffset, partition.buffer.bytes]).toEqual([3n, 3n, 0]);
  });

  it("says once what is wrong, where, and what to do; and of a codec that cannot work that it is the codec", async () => {
    const failing = (error: Error): CompressionCodec => ({
      id: 1,
      name: "gzip",
      compress: (input) => input,
      decompress: () => Promise.reject(error),
    });
    const malformed = failing(new DecodeError("A gzip payload is malformed.", { code: "CLIENT_DECOMPRESSION_FAILED" }));
    const unavailable = failing(new KafkaError("CLIENT_CODEC_UNAVAILABLE", "The gzip codec cannot be used here."));
    for (const [codec, code, message] of [
      [
        malformed,
        "CLIENT_DECOMPRESSION_FAILED",
        "Partition orders-0 cannot be read: A gzip payload is malformed. Seek past the batch to leave it out.",
      ],
      [
        unavailable,
        "CLIENT_CODEC_UNAVAILABLE",
        "Partition orders-0 cannot be read: The gzip codec cannot be used here.",
      ],
    ] as const) {
      const { reader, give } = bench();
      give(assigned(0, 1n, { codecs: { gzip: codec } }), batch({ baseOffset: 0, compression: codec }));
      await expect(new MessageLoop(reader).next()).rejects.toMatchObject({ code, message, offset: 1n, partition: 0 });
    }
  });

  it("gives an error to whoever reads next, once", async () => {
    const { reader, give } = bench();
    give(assigned(), batch({ baseOffset: 0 }));
    reader.fail(new KafkaError("TOPIC_AUTHORIZATION_FAILED", "no"));
    await expect(new MessageLoop(reader).next()).rejects.toMatchObject({ code: "TOPIC_AUTHORIZATION_FAILED" });
    expect(await take(new MessageLoop(reader), 1)).toEqual(["0@0"]);
  });

  it("rejects when the group cannot be joined", async () => {
    const { reader } = bench(() => Promise.reject(new KafkaError("GROUP_AUTHORIZATION_FAILED", "no")));
    await expect(new MessageLoop(reader).next()).rejects.toMatchObject({ code: "GROUP_AUTHORIZATION_FAILED" });
  });

  it("ends with CLIENT_ABORTED when the signal fires, waiting or not", async () => {
    const { reader, give } = bench();
    const waiting = new AbortController();
    const pending = new MessageLoop(reader, { signal: waiting.signal }).next();
    waiting.abort(new Error("enough"));
    await expect(pending).rejects.toMatchObject({ code: "CLIENT_ABORTED" });
    give(assigned(), batch({ baseOffset: 0 }));
    const reading = new AbortController();
    const loop = new MessageLoop(reader, { signal: reading.signal });
    await loop.next();
    reading.abort();
    await expect(loop.next()).rejects.toMatchObject({ code: "CLIENT_ABORTED" });
  });

  it("hands out what lies before a batch with a wrong checksum, also where they would have been merged", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    const bad = batch({ baseOffset: 6 });
    bad.writeUInt8(bad.readUInt8(70) ^ 0xff, 70);
    give(partition, batch({ baseOffset: 0 }), batch({ baseOffset: 3 }), bad);
    const loop = new BatchLoop(reader, { maxMessages: Infinity });
    expect((await loop.next()).value).toMatchObject({ length: 6, nextOffset: 6n });
    expect(inHandFrom(partition)).toBe(0n);
    expect(partition.fetchOffset).toBe(6n);
    give(partition, bad);
    await expect(loop.next()).rejects.toMatchObject({ code: "CORRUPT_MESSAGE", offset: 6n });
    expect(partition.position).toBe(6n);
  });

  it("hands out what lies before a malformed record, also where a batch is cut", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    const records = Buffer.concat([batch({ baseOffset: 0, deltas: [0, 1, 2, 3] })]);
    // The third record's length becomes that of one that does not fit; the checksum is made to match.
    const good = [...readBatches(records)][0];
    const cursor = good?.open();
    cursor?.next();
    cursor?.next();
    const end = (cursor?.valueStart ?? 0) + (cursor?.valueLength ?? 0) + 1;
    records.writeUInt8(0x7e, end);
    setLogAppendTime(records, 0, 5);
    give(partition, records);
    const loop = new BatchLoop(reader, { maxMessages: 3 });
    expect((await loop.next()).value).toMatchObject({ length: 2, firstOffset: 0n, nextOffset: 2n });
    give(partition, records);
    await expect(loop.next()).rejects.toMatchObject({ topic: "orders", partition: 0 });
    expect(partition.position).toBe(2n);
  });
});

describe("one reader", () => {
  it("refuses a second loop while one is under way, and takes another after it", async () => {
    const { reader, give } = bench();
    give(assigned(), batch({ baseOffset: 0 }));
    const first = new MessageLoop(reader);
    await first.next();
    const second = new MessageLoop(reader);
    await expect(second.next()).rejects.toMatchObject({ code: "CLIENT_SECOND_READER" });
    await expect(new BatchLoop(reader, { maxMessages: 1 }).next()).rejects.toMatchObject({
      code: "CLIENT_SECOND_READER",
    });
    expect(await take(first, 1)).toEqual(["0@1"]);
    await first.return();
    expect(await take(new MessageLoop(reader), 1)).toEqual(["0@1"]);
  });

  it("refuses a second next() before the first was answered, buffered or not", async () => {
    const { reader, give } = bench();
    const partition = assigned();
    const loop = new MessageLoop(reader);
    const waiting = loop.next();
    await expect(loop.next()).rejects.toMatchObject({ code: "CLIENT_SECOND_READER" });
    give(partition, batch({ baseOffset: 0 }));
    expect(describeMessage(await waiting)).toBe("0@0");
    const buffered = loop.next();
    await expect(loop.next()).rejects.toMatchObject({ code: "CLIENT_SECOND_READER" });
    expect(describeMessage(await buffered)).toBe("0@1");
    expect(await take(loop, 1)).toEqual(["0@2"]);
  });

  it("ends a pending next() when the loop is ended under it", async () => {
    const { reader } = bench();
    const loop = new MessageLoop(reader);
    const pending = loop.next();
    await loop.return();
    expect(await pending).toEqual({ done: true, value: undefined });
  });
});

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
});
