import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  controlRecord,
  setLogAppendTime,
  stampProducer,
  writeBatch,
  writeMessageSet,
  writeTransactionMarker,
  type CompressionName,
} from "@moldau/protocol-codec";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apacheKafkaClientsClasspath, missingForApacheKafka } from "../support/apache-kafka-jars.js";
import { firstDifference } from "../support/golden.js";
import { compileJava, type JavaPrograms } from "../support/java-programs.js";
import { describedRecord, describedSet, joinedSets, splitSets, type DescribedBatch } from "../support/record-sets.js";
import { witnessSeed } from "../support/witness-seed.js";

const missing = missingForApacheKafka();
const title = `WITNESS_SEED=${witnessSeed}${missing === undefined ? "" : `, left out: ${missing}`}`;
const codecs = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

const folder = mkdtempSync(join(tmpdir(), "moldau-record-sets-"));
afterAll(() => rmSync(folder, { recursive: true }));

let programs: JavaPrograms;
beforeAll(async () => {
  if (missing !== undefined) return;
  programs = await compileJava(await apacheKafkaClientsClasspath(), ["ReadRecordSets", "WriteRecordSets"]);
});

function linesOf<T>(file: string): T[] {
  return readFileSync(file, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}

describe.skipIf(missing !== undefined)(`Record sets that Apache Kafka's classes write now (${title})`, () => {
  let sets: readonly Buffer[];
  let described: readonly { readonly name: string; readonly batches: readonly DescribedBatch[] }[];

  beforeAll(async () => {
    const [bytes, text] = [join(folder, "written.bin"), join(folder, "written.jsonl")];
    await programs.run("WriteRecordSets", [String(witnessSeed), bytes, text]);
    sets = splitSets(readFileSync(bytes));
    described = linesOf(text);
  });

  test("are of every compression, at every level of gzip and lz4 and many of zstd, and of all three formats", () => {
    expect(sets.length).toBe(described.length);
    const names = described.map(({ name }) => name);
    for (const level of [1, 9]) expect(names).toContain(`magic 2, gzip level ${level}, MIXED`);
    for (const level of [1, 17]) expect(names).toContain(`magic 2, lz4 level ${level}, MIXED`);
    for (const level of [-131072, 22]) expect(names).toContain(`magic 2, zstd level ${level}, MIXED`);
    for (const codec of codecs) expect(names).toContain(`magic 2, ${codec}, NOISE`);
    for (const magic of [0, 1])
      for (const codec of codecs.slice(0, 4)) expect(names).toContain(`magic ${magic}, ${codec}, MANY`);
    expect(names.length).toBeGreaterThan(350);
  });

  test("are read as Kafka reads them: every field of every header, every record", () => {
    const faults = sets.flatMap((set, index) => {
      const { name, batches } = described[index]!;
      const fault = faultOf(() => {
        const read = describedSet(set);
        return firstDifference(batches, read) ?? firstDifference(read, batches);
      });
      return fault === undefined ? [] : [`set ${index}, ${name}: ${fault}`];
    });
    expect(faults).toEqual([]);
  });
});

function faultOf(check: () => string | undefined): string | undefined {
  try {
    return check();
  } catch (error) {
    return String(error);
  }
}

interface PlainRecord {
  readonly timestamp: number | bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [string, Buffer | null])[];
}

/** A record set that was written here, and what is to be read in it. */
interface Written {
  readonly title: string;
  readonly set: Buffer;
  readonly batches: readonly DescribedBatch[];
}

/** Bytes with repetitions near and far, so that compressors find something, up to several blocks of any of them. */
const bytes = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 300 })), { maxLength: 30 })
  .map((pieces) => Buffer.concat(pieces.map(([piece, times]) => Buffer.alloc(piece.length * times, piece))));
const part = fc.option(bytes, { freq: 5 });
const headers = fc.array(fc.tuple(fc.string({ unit: "grapheme", maxLength: 8 }), part), { maxLength: 2 });
const timestamp = fc.oneof(
  { weight: 8, arbitrary: fc.integer({ min: 0, max: 2 ** 45 }) },
  fc.constantFrom<number | bigint>(-1, 0, 2n ** 53n + 1n, 2n ** 63n - 1n),
);
const record = fc.record({ timestamp, key: part, value: part, headers });
const recordLists = fc.sample(fc.array(record, { minLength: 1, maxLength: 6 }), { numRuns: 40, seed: witnessSeed });

function described(records: readonly PlainRecord[], baseOffset = 0n): string[] {
  return records.map((each, index) => describedRecord({ ...each, offset: baseOffset + BigInt(index) }));
}

/** Noise that is the same for the same seed. */
function noise(length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 64) }, (_, index) =>
    createHash("sha512").update(`${witnessSeed} ${index}`).digest(),
  );
  return Buffer.concat(blocks).subarray(0, length);
}

const payload = (length: number): Readonly<Record<string, Buffer>> => ({
  "the same byte": Buffer.alloc(length, 0x2a),
  noise: noise(length),
  // Noise in which every piece comes again later, further and further away.
  "noise and text": Buffer.concat([
    noise(length / 4),
    Buffer.alloc(length / 2, "a line of a log, and "),
    noise(length / 4),
  ]),
});

describe.skipIf(missing !== undefined)(`Apache Kafka's classes read what is written here (${title})`, () => {
  async function expectRead(written: readonly Written[]): Promise<void> {
    const [input, output] = [join(folder, "sets.bin"), join(folder, "read.jsonl")];
    writeFileSync(input, joinedSets(written.map(({ set }) => set)));
    await programs.run("ReadRecordSets", [input, output]);
    const read = linesOf<{ readonly batches?: readonly DescribedBatch[]; readonly failure?: string }>(output);
    expect(read.length).toBe(written.length);
    const faults = written.flatMap(({ title: name, batches }, index) => {
      const fault = read[index]!.failure ?? firstDifference(batches, read[index]!.batches);
      return fault === undefined ? [] : [`${name}: ${fault}`];
    });
    expect(faults).toEqual([]);
  }

  test.each(codecs)("as record batches that are compressed with %s", async (compression: CompressionName) => {
    await expectRead(
      recordLists.map((records, index) => {
        const set = writeBatch({ compression }, records);
        const [isStamped, isAppended] = [index % 2 === 0, index % 5 === 0];
        if (isStamped) stampProducer(set, { producerId: 5n, producerEpoch: 1, baseSequence: index });
        if (isAppended) setLogAppendTime(set, 0, 5000);
        const batch = {
          magic: 2,
          compression,
          count: records.length,
          timestampType: isAppended ? "LogAppendTime" : "CreateTime",
          ...(isStamped && { producerId: "5", producerEpoch: 1, baseSequence: index }),
        };
        const read = isAppended ? records.map((each) => ({ ...each, timestamp: 5000 })) : records;
        return { title: `set ${index}`, set, batches: [{ batch, records: described(read) }] };
      }),
    );
  });

  const levels: readonly (readonly [CompressionName, readonly (number | undefined)[]])[] = [
    ["none", [undefined]],
    ["gzip", [undefined, -1, 1, 2, 3, 4, 5, 6, 7, 8, 9]],
    ["snappy", [undefined]],
    ["lz4", [undefined]],
    ["zstd", [undefined, -131072, -1000, -50, -7, -1, ...Array.from({ length: 19 }, (_, index) => index + 1), 22]],
  ];

  test.each(levels)("as batches of 300 KB, compressed with %s at every level", async (compression, all) => {
    await expectRead(all.flatMap((level) => ofPayloads(compression, level, 300_000)));
  });

  test.each(levels)("as batches of several megabytes, compressed with %s", async (compression, all) => {
    await expectRead(all.slice(0, 2).flatMap((level) => ofPayloads(compression, level, 4_000_000)));
  });

  test("with all that a header can say", async () => {
    const any = fc.sample(fc.tuple(headerOptions, fc.array(record, { minLength: 1, maxLength: 4 })), {
      numRuns: 200,
      seed: witnessSeed,
    });
    await expectRead(
      any.map(([options, records], index) => ({
        title: `set ${index}`,
        set: writeBatch(options, records),
        batches: [
          {
            batch: {
              baseOffset: String(options.baseOffset),
              lastOffset: String(options.baseOffset + BigInt(options.lastOffsetDelta)),
              compression: options.compression,
              timestampType: "CreateTime",
              producerId: String(options.producerId),
              producerEpoch: options.producerEpoch,
              baseSequence: options.baseSequence,
              lastSequence: (options.baseSequence + options.lastOffsetDelta) % 2 ** 31,
              isTransactional: options.isTransactional,
              isControl: false,
              partitionLeaderEpoch: options.partitionLeaderEpoch,
              count: records.length,
              ...(options.hasDeleteHorizon && { deleteHorizonMs: String(options.baseTimestamp) }),
            },
            records: described(records, options.baseOffset),
          },
        ],
      })),
    );
  });

  test("as markers that end a transaction", async () => {
    await expectRead(
      (["ABORT", "COMMIT"] as const).map((type) => {
        const options = { producerId: 2n ** 62n, producerEpoch: 32_767, coordinatorEpoch: -3, timestamp: 17 };
        const { key, value } = controlRecord(type, options.coordinatorEpoch);
        return {
          title: type,
          set: writeTransactionMarker(type, { ...options, baseOffset: 2n ** 60n, partitionLeaderEpoch: 9 }),
          batches: [
            {
              batch: { producerId: String(2n ** 62n), producerEpoch: 32_767, isControl: true, isTransactional: true },
              records: [`${2n ** 60n} 17 ${key.toString("hex")} ${value.toString("hex")} ${type}`],
            },
          ],
        };
      }),
    );
  });

  test.each([0, 1] as const)("as message sets of magic %d", async (magic) => {
    const compressions = ["none", "gzip", "snappy", "lz4"] as const;
    await expectRead(
      recordLists.map((list, index) => {
        const compression = compressions[index % 4]!;
        const records = list.map((each) => ({ ...each, headers: [], timestamp: magic === 0 ? -1 : each.timestamp }));
        const facts = { magic, compression };
        const batches =
          compression === "none"
            ? described(records).map((line) => ({ batch: facts, records: [line] }))
            : [{ batch: facts, records: described(records) }];
        return { title: `set ${index}`, set: writeMessageSet({ magic, compression }, records), batches };
      }),
    );
  });
});

const headerOptions = fc.record({
  compression: fc.constantFrom(...codecs),
  baseOffset: fc.bigInt({ min: 0n, max: 2n ** 63n - 2n ** 32n }),
  lastOffsetDelta: fc.integer({ min: 4, max: 2 ** 31 - 1 }),
  baseTimestamp: fc.integer({ min: 0, max: 2 ** 45 }),
  hasDeleteHorizon: fc.boolean(),
  producerId: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
  producerEpoch: fc.integer({ min: 0, max: 32_767 }),
  baseSequence: fc.oneof(fc.nat(1000), fc.integer({ min: 2 ** 31 - 10, max: 2 ** 31 - 1 })),
  isTransactional: fc.boolean(),
  partitionLeaderEpoch: fc.integer({ min: -1, max: 2 ** 31 - 1 }),
});

/** One batch of one record for each payload, at a level. */
function ofPayloads(compression: CompressionName, level: number | undefined, length: number): Written[] {
  return Object.entries(payload(length)).map(([kind, value]) => {
    const records: PlainRecord[] = [{ timestamp: 1, key: null, value, headers: [] }];
    const options = level === undefined ? { compression } : { compression, level };
    return {
      title: `${compression} level ${level}, ${kind}`,
      set: writeBatch(options, records),
      batches: [{ batch: { compression }, records: described(records) }],
    };
  });
}
