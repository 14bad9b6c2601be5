import { BatchBuilder, compressionCodecs, crc32c, readBatches, type CompressionName } from "@moldau/protocol-codec";
import type { Micro } from "./harness.js";

const count = 1_000;
const timestamp = 1_700_000_000_000;
/** Bytes for a batch of them all. */
const memory = 128 * 1024;
const text = "moldau flows from the Bohemian Forest to the Elbe. ";

/** Sums and block codecs over a megabyte. */
export function primitiveMicros(): Micro[] {
  const megabyte = Buffer.alloc(1_000_000, text);
  const amount = megabyte.length;
  const codecs = (["gzip", "snappy", "lz4", "zstd"] satisfies CompressionName[]).flatMap((name): Micro[] => {
    const codec = compressionCodecs[name];
    const compressed = codec.compress(megabyte);
    if (!Buffer.isBuffer(compressed)) return [];
    return [
      { name: `${name}: compress`, unit: "MB", amount, run: () => codec.compress(megabyte) },
      { name: `${name}: decompress`, unit: "MB", amount, run: () => codec.decompress(compressed, 2_000_000) },
    ];
  });
  return [{ name: "CRC-32C", unit: "MB", amount, target: 1.5e9, run: () => crc32c(megabyte) }, ...codecs];
}

interface Message {
  readonly key: Buffer | string | null;
  readonly value: Buffer | string;
}

/** Batches of 1,000 records of 100 bytes, written and read in the ways that clients do. */
export function batchMicros(): Micro[] {
  return [...micros("value of 100 B", 0), ...micros("key of 10 B, value of 90 B", 10)];
}

function micros(what: string, keyBytes: number): Micro[] {
  const bytes = Array.from({ length: count }, (_, index) => Buffer.alloc(100, `${index} ${text}`));
  const fromBuffers = bytes.map((record): Message => ({
    key: keyBytes === 0 ? null : record.subarray(0, keyBytes),
    value: record.subarray(keyBytes),
  }));
  const fromStrings = fromBuffers.map((of): Message => ({
    key: of.key?.toString() ?? null,
    value: of.value.toString(),
  }));
  const batch = fill(fromBuffers).finish({});
  const used = Buffer.alloc(memory);
  const records = (name: string, target: number | undefined, run: () => unknown): Micro => ({
    name: `${what}: ${name}`,
    unit: "records",
    amount: count,
    ...(target === undefined ? {} : { target }),
    run,
  });
  return [
    records("encode from strings, no CRC", 5e6, () => fill(fromStrings)),
    records("encode from Buffers, no CRC", 20e6, () => fill(fromBuffers)),
    records("encode from strings, with CRC", undefined, () => fill(fromStrings).finish({})),
    records("encode from Buffers, with CRC", 10e6, () => fill(fromBuffers).finish({})),
    // New memory of this size is given page by page by the system, which takes a third of the time or more.
    records("encode from strings into used memory, no CRC", 5e6, () => fill(fromStrings, used)),
    records("encode from Buffers into used memory, no CRC", 20e6, () => fill(fromBuffers, used)),
    records("encode from Buffers into used memory, with CRC", 10e6, () => fill(fromBuffers, used).finish({})),
    records("decode, keys and values read, no CRC", 9e6, () => materialise(batch, false)),
    records("decode, keys and values read, with CRC", 6e6, () => materialise(batch, true)),
    records("decode through the cursor, keys and values read, no CRC", undefined, () => touch(batch)),
    records("decode through the cursor, keys and values as text, no CRC", undefined, () => touchTexts(batch)),
    records("walk, no CRC", 40e6, () => walk(batch, false)),
    records("walk, with CRC", undefined, () => walk(batch, true)),
  ];
}

function fill(messages: readonly Message[], buffer?: Buffer): BatchBuilder {
  const builder = new BatchBuilder({
    maxBytes: 1_000_000,
    ...(buffer === undefined ? { initialBytes: memory } : { buffer }),
  });
  for (const { key, value } of messages) builder.tryAppend(timestamp, key, value);
  return builder;
}

function walk(batch: Buffer, verifyCrc: boolean): number {
  let total = 0;
  for (const each of readBatches(batch, { verifyCrc })) {
    const cursor = each.open();
    while (cursor.next()) total += cursor.keyLength + cursor.valueLength;
  }
  return total;
}

function touch(batch: Buffer): number {
  let total = 0;
  for (const each of readBatches(batch, { verifyCrc: false })) {
    const cursor = each.open();
    while (cursor.next()) total += (cursor.key?.length ?? 0) + (cursor.value?.length ?? 0);
  }
  return total;
}

function touchTexts(batch: Buffer): number {
  let total = 0;
  for (const each of readBatches(batch, { verifyCrc: false })) {
    const cursor = each.open();
    while (cursor.next()) total += (cursor.keyText?.length ?? 0) + (cursor.valueText?.length ?? 0);
  }
  return total;
}

function materialise(batch: Buffer, verifyCrc: boolean): number {
  let total = 0;
  for (const each of readBatches(batch, { verifyCrc }))
    for (const { key, value } of each) total += (key?.length ?? 0) + (value?.length ?? 0);
  return total;
}
