import { writeBatch, writeMessageSet } from "@moldau/protocol-codec";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { endOfRecords, PartitionBuffer } from "./partition-buffer.js";

const batch = (baseOffset: bigint, count: number): Buffer =>
  writeBatch(
    { baseOffset },
    Array.from({ length: count }, (_, index) => ({ value: `v${index}` })),
  );

describe("what was fetched of a partition", () => {
  it("gives batches in order, and counts the bytes that are left", () => {
    const buffer = new PartitionBuffer();
    const [a, b, c] = [batch(0n, 2), batch(2n, 1), batch(3n, 3)];
    buffer.push(Buffer.concat([a, b]));
    buffer.push(c);
    expect(buffer.bytes).toBe(a.length + b.length + c.length);
    expect(buffer.shift()?.baseOffset).toBe(0n);
    expect(buffer.bytes).toBe(b.length + c.length);
    expect([buffer.shift()?.baseOffset, buffer.shift()?.baseOffset, buffer.shift()]).toEqual([2n, 3n, undefined]);
    expect([buffer.bytes, buffer.isEmpty]).toEqual([0, true]);
  });

  it("drops a batch that was cut off", () => {
    const buffer = new PartitionBuffer();
    buffer.push(Buffer.concat([batch(0n, 1), batch(1n, 1).subarray(0, 50)]));
    buffer.push(batch(7n, 1));
    expect([buffer.shift()?.baseOffset, buffer.shift()?.baseOffset, buffer.shift()]).toEqual([0n, 7n, undefined]);
    expect(buffer.bytes).toBe(0);
  });

  it("takes batches back in their order, in front of the rest", () => {
    const buffer = new PartitionBuffer();
    buffer.push(Buffer.concat([batch(0n, 1), batch(1n, 1), batch(2n, 1)]));
    const total = buffer.bytes;
    const taken = [buffer.shift(), buffer.shift()].filter((each) => each !== undefined);
    buffer.unshift(taken);
    expect(buffer.bytes).toBe(total);
    expect([buffer.shift(), buffer.shift(), buffer.shift()].map((each) => each?.baseOffset)).toEqual([0n, 1n, 2n]);
  });

  it("is copied out of a large answer that it is but a small part of, once, and reads the same", () => {
    const buffer = new PartitionBuffer();
    const [a, b, c] = [batch(0n, 2), batch(2n, 1), batch(3n, 3)];
    const answer = Buffer.concat([a, b, c, Buffer.alloc(1_000_000)]);
    buffer.push(answer.subarray(0, a.length + b.length));
    buffer.push(answer.subarray(a.length + b.length, a.length + b.length + c.length));
    expect(buffer.shift()?.buffer.buffer.byteLength).toBeGreaterThan(1_000_000);
    const { bytes } = buffer;
    buffer.detach();
    buffer.detach();
    expect(buffer.bytes).toBe(bytes);
    const left = [buffer.shift(), buffer.shift()];
    expect(left.map((each) => each?.baseOffset)).toEqual([2n, 3n]);
    expect(left.map((each) => each?.buffer.buffer.byteLength)).toEqual([b.length, c.length]);
    expect([buffer.shift(), buffer.bytes]).toEqual([undefined, 0]);
  });

  it("throws at a wrong checksum", () => {
    const buffer = new PartitionBuffer();
    const bad = batch(0n, 1);
    bad.writeUInt8(bad.readUInt8(65) ^ 1, 65);
    buffer.push(bad);
    expect(() => buffer.shift()).toThrow(expect.objectContaining({ code: "CORRUPT_MESSAGE" }));
  });
});

describe("the offset behind a record set", () => {
  it("is that behind its last whole batch, whatever its records", () => {
    const gap = writeBatch({ baseOffset: 10n, lastOffsetDelta: 9 }, [{ offset: 12n, value: "x" }]);
    expect(endOfRecords(Buffer.concat([batch(7n, 3), gap, batch(20n, 5).subarray(0, 70)]))?.nextOffset).toBe(20n);
    expect(endOfRecords(batch(0n, 1).subarray(0, 60))).toBeUndefined();
    expect(endOfRecords(Buffer.alloc(0))).toBeUndefined();
  });

  it("is known for message sets of old brokers too", () => {
    const set = writeMessageSet({ magic: 1 }, [
      { offset: 5n, value: "a" },
      { offset: 6n, value: "b" },
    ]);
    expect(endOfRecords(set)?.nextOffset).toBe(7n);
  });

  it("is found or refused, and never looked for for ever, whatever a broker sends", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const records = Buffer.from(bytes);
        const buffer = new PartitionBuffer();
        buffer.push(records);
        for (const read of [() => endOfRecords(records), () => buffer.shift()]) {
          try {
            read();
          } catch (error) {
            expect(error).toMatchObject({ name: "DecodeError" });
          }
        }
      }),
    );
  });
});
