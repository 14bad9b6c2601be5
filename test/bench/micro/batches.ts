import { BatchBuilder, compressionCodecs, crc32c, readBatches, type CompressionName } from "@moldau/protocol-codec";
import type { Micro } from "./harness.js";

const count = 1_000;
const text = "x".repeat(100);
const bytes = Buffer.alloc(100, "x");
const timestamp = 1_700_000_000_000;

/** Sums and block codecs over a megabyte. */
export function primitiveMicros(): Micro[] {
  const megabyte = Buffer.alloc(1_000_000, "moldau flows from the Bohemian Forest to the Elbe. ");
  const codecs = (["gzip", "snappy", "lz4", "zstd"] satisfies CompressionName[]).flatMap((name): Micro[] => {
    const codec = compressionCodecs[name];
    const compressed = codec.compress(megabyte);
    if (!Buffer.isBuffer(compressed)) return [];
    return [
      { name: `${name}: compress`, unit: "MB", amount: megabyte.length, run: () => codec.compress(megabyte) },
      {
        name: `${name}: decompress`,
        unit: "MB",
        amount: megabyte.length,
        run: () => codec.decompress(compressed, 2_000_000),
      },
    ];
  });
  return [{ name: "CRC-32C", unit: "MB", amount: megabyte.length, run: () => crc32c(megabyte) }, ...codecs];
}

/** Batches of 1,000 records of 100 bytes, written and read in the ways that clients do. */
export function batchMicros(): Micro[] {
  const fill = (value: Buffer | string): BatchBuilder => {
    const builder = new BatchBuilder({ maxBytes: 1_000_000, initialBytes: 128 * 1024 });
    for (let i = 0; i < count; i++) builder.tryAppend(timestamp, null, value);
    return builder;
  };
  const batch = fill(bytes).finish({});
  const records = (name: string, run: () => unknown): Micro => ({ name, unit: "records", amount: count, run });
  return [
    records("append from Buffers, no CRC", () => fill(bytes)),
    records("append from strings, no CRC", () => fill(text)),
    records("write a whole batch from Buffers, with CRC", () => fill(bytes).finish({})),
    records("write a whole batch from strings, with CRC", () => fill(text).finish({})),
    records("walk, no CRC", () => walk(batch, false)),
    records("walk, with CRC", () => walk(batch, true)),
    records("read keys and values, no CRC", () => materialise(batch, false)),
    records("read keys and values, with CRC", () => materialise(batch, true)),
  ];
}

function walk(batch: Buffer, verifyCrc: boolean): number {
  let total = 0;
  for (const each of readBatches(batch, { verifyCrc })) {
    const cursor = each.open();
    while (cursor.next()) total += cursor.valueLength;
  }
  return total;
}

function materialise(batch: Buffer, verifyCrc: boolean): number {
  let total = 0;
  for (const each of readBatches(batch, { verifyCrc })) for (const { value } of each) total += value?.length ?? 0;
  return total;
}
