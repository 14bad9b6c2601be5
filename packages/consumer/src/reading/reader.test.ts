import { DecodeError, KafkaError, readBatches, setLogAppendTime, type CompressionCodec } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { assigned, batch, bench, describeMessage, inHandFrom, take } from "../../test-support/reading-bench.js";
import { BatchLoop } from "./batch-loop.js";
import { MessageLoop } from "./message-loop.js";

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
        "Partition orders-0 cannot be read: A gzip payload is malformed. Seek to offset 3 to leave the batch out.",
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

  it("gives one that is a loop's own to that loop, or to nobody", async () => {
    const { reader, give } = bench();
    give(assigned(), batch({ baseOffset: 0 }));
    const error = new KafkaError("CLIENT_POLL_INTERVAL_EXCEEDED", "too slow");
    reader.failLoop(error);
    const told = new MessageLoop(reader);
    expect(await take(told, 1)).toEqual(["0@0"]);
    reader.failLoop(error);
    await expect(told.next()).rejects.toBe(error);
    const left = new MessageLoop(reader);
    expect(await take(left, 1)).toEqual(["0@1"]);
    reader.failLoop(error);
    await left.return();
    expect(await take(new MessageLoop(reader), 2)).toEqual(["0@1", "0@2"]);
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
