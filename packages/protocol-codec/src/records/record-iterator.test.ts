import { describe, expect, it } from "vitest";
import { DecodeError } from "../errors.js";
import { readBatches } from "./read-batches.js";
import { writeBatch } from "./write-batch.js";
import type { RecordBatch } from "./batch.js";

function batchOf(...values: string[]): RecordBatch {
  const [batch] = readBatches(
    writeBatch(
      { baseOffset: 2n ** 40n },
      values.map((value) => ({ timestamp: 1000, key: null, value })),
    ),
  );
  return batch!;
}

describe("the records of a batch", () => {
  it("are plain objects with all that there is of them", () => {
    const [first] = batchOf("one");
    expect({ ...first }).toStrictEqual({
      offset: 2n ** 40n,
      timestamp: 1000,
      key: null,
      value: Buffer.from("one"),
      headers: [],
    });
    expect(Object.getPrototypeOf(first)).toBe(Object.prototype);
  });

  it("end at a break, also for whoever asks the same iterator again", () => {
    const records = batchOf("one", "two", "three")[Symbol.iterator]();
    for (const { value } of records) {
      expect(value?.toString()).toBe("one");
      break;
    }
    expect(records.next()).toEqual({ done: true, value: undefined });
    expect([...records]).toEqual([]);
  });

  it("end where one cannot be read", () => {
    const batch = batchOf("one", "two", "three");
    const cursor = batch.open();
    cursor.next();
    cursor.next();
    // The second record's value then says that it is longer than the record.
    cursor.buffer[cursor.valueStart - 1] = 60;
    const records = batch[Symbol.iterator]();
    expect(records.next().value?.value).toEqual(Buffer.from("one"));
    expect(() => records.next()).toThrow(DecodeError);
    expect(records.next()).toEqual({ done: true, value: undefined });
  });

  it("can be read twice from the start", () => {
    const batch = batchOf("one", "two");
    expect([...batch]).toEqual([...batch]);
    expect([...batch]).toHaveLength(2);
  });
});

describe("a cursor", () => {
  it("gives key and value as bytes and as the text that these are", () => {
    const parts = [null, "", "short", "a byte-order mark: \ufeff", "\ufeffat the start", "žluťoučký 𝄞".repeat(50)];
    const given = parts.flatMap((key) => parts.map((value) => ({ key, value })));
    const inPool = writeBatch({}, given);
    // Elsewhere in memory than at its start, as what a socket delivers is.
    const shifted = Buffer.concat([Buffer.alloc(5), inPool]).subarray(5);
    const [batch] = readBatches(shifted);
    const seen: { key: string | null; value: string | null }[] = [];
    for (const cursor = batch!.open(); cursor.next();) {
      expect(cursor.key?.toString() ?? null).toBe(cursor.keyText);
      expect(cursor.value?.toString() ?? null).toBe(cursor.valueText);
      seen.push({ key: cursor.keyText, value: cursor.valueText });
    }
    expect(seen).toEqual(given);
  });

  it("gives views that are Buffers over the memory of the batch", () => {
    const cursor = batchOf("one").open();
    cursor.next();
    const { value, valueStart, buffer } = cursor;
    expect(Buffer.isBuffer(value)).toBe(true);
    expect(value).toStrictEqual(Buffer.from("one"));
    expect(Object.getPrototypeOf(value)).toBe(Buffer.prototype);
    expect(value?.buffer).toBe(buffer.buffer);
    buffer[valueStart] = 0x4f;
    expect(value?.toString()).toBe("One");
  });
});
