import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  compressionCodecs,
  writeBatch,
  writeMessageSet,
  type CompressionCodec,
  type CompressionName,
} from "@moldau/protocol-codec";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apacheKafkaClientsClasspath, missingForApacheKafka } from "../support/apache-kafka-jars.js";
import { compileJava, type JavaPrograms } from "../support/java-programs.js";
import { describedRecord, describedSet, joinedSets, type DescribedBatch } from "../support/record-sets.js";

const missing = missingForApacheKafka();
const folder = mkdtempSync(join(tmpdir(), "moldau-other-writers-"));
afterAll(() => rmSync(folder, { recursive: true }));

let programs: JavaPrograms;
beforeAll(async () => {
  if (missing !== undefined) return;
  programs = await compileJava(await apacheKafkaClientsClasspath(), ["ReadRecordSets"]);
});

const records = [
  { timestamp: 1, key: Buffer.from("a"), value: Buffer.alloc(50, "records, "), headers: [] },
  { timestamp: 2, key: null, value: Buffer.alloc(300, "more records, "), headers: [] },
];

/** A codec of the package whose payloads are changed. */
function changed(name: CompressionName, change: (payload: Buffer, input: Buffer) => Buffer): CompressionCodec {
  const codec = compressionCodecs[name];
  return { ...codec, compress: (input) => change(codec.compress(input), input) };
}

const followedBy = (name: CompressionName, rest: Buffer): CompressionCodec =>
  changed(name, (payload) => Buffer.concat([payload, rest]));
const trash = Buffer.from("trash");

const otherEndMark = changed("lz4", (frame) => Buffer.concat([frame.subarray(0, -4), Buffer.from("00000080", "hex")]));
const otherHeaderChecksum = changed("lz4", (frame) => {
  const copy = Buffer.from(frame);
  copy[6]! ^= 0x55;
  return copy;
});
/** Says that a checksum of the content follows, and lets four zeros follow. */
const wrongContentChecksum = changed("lz4", (frame) =>
  Buffer.concat([Buffer.from("04224d186440a7", "hex"), frame.subarray(7), Buffer.alloc(4)]),
);

/** A frame of one stored block, with a dictionary's id of so many bytes, all 0. */
function zstdWithDictionaryId(idSize: 1 | 2 | 4): CompressionCodec {
  return changed("zstd", (_, input) => {
    const header = Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xa0 | { 1: 1, 2: 2, 4: 3 }[idSize]]);
    const sizes = Buffer.alloc(idSize + 7);
    sizes.writeUInt32LE(input.length, idSize);
    sizes.writeUIntLE((input.length << 3) | 1, idSize + 4, 3);
    return Buffer.concat([header, sizes, input]);
  });
}

interface Read {
  readonly batches?: readonly DescribedBatch[];
  readonly failure?: string;
}

async function readByKafka(sets: readonly Buffer[]): Promise<Read[]> {
  const [input, output] = [join(folder, "sets.bin"), join(folder, "read.jsonl")];
  writeFileSync(input, joinedSets(sets));
  await programs.run("ReadRecordSets", [input, output]);
  return readFileSync(output, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Read);
}

/** The records as both describe them; of magic 0 they have no timestamps. */
function recordsOf(magic: number): string[] {
  return records.map((each, offset) =>
    describedRecord({ ...each, offset, timestamp: magic === 0 ? -1 : each.timestamp }),
  );
}

function written(magic: 0 | 1 | 2, compression: CompressionCodec): Buffer {
  return magic === 2 ? writeBatch({ compression }, records) : writeMessageSet({ magic, compression }, records);
}

describe.skipIf(missing !== undefined)(
  `Payloads that no codec here writes${missing === undefined ? "" : ` (left out: ${missing})`}`,
  () => {
    const cases: readonly (readonly [string, 0 | 1 | 2, CompressionCodec])[] = [
      ["lz4, any header checksum, of magic 0", 0, otherHeaderChecksum],
      ["lz4, an end mark with the bit of stored blocks", 2, otherEndMark],
      ["zstd, a dictionary's id of one byte that is 0", 2, zstdWithDictionaryId(1)],
      ["zstd, a dictionary's id of two bytes that is 0", 2, zstdWithDictionaryId(2)],
      ["zstd, a dictionary's id of four bytes that is 0", 2, zstdWithDictionaryId(4)],
      ...([0, 1, 2] as const).flatMap((magic) =>
        (["gzip", "lz4"] as const).flatMap((name) => [
          [`${name}, followed by anything, of magic ${magic}`, magic, followedBy(name, trash)] as const,
          [`${name}, followed by zeros, of magic ${magic}`, magic, followedBy(name, Buffer.alloc(9))] as const,
        ]),
      ),
    ];

    test("are read as Apache Kafka's classes read them", async () => {
      const sets = cases.map(([, magic, codec]) => written(magic, codec));
      const read = await readByKafka(sets);
      const found = (batches: readonly DescribedBatch[] | undefined): unknown => batches?.map((batch) => batch.records);
      cases.forEach(([name, magic], index) => {
        expect({ name, read: read[index]?.failure ?? found(read[index]?.batches) }).toEqual({
          name,
          read: [recordsOf(magic)],
        });
        expect({ name, read: found(describedSet(sets[index]!)) }).toEqual({ name, read: [recordsOf(magic)] });
      });
    });

    test("are refused in the cases that the page about limits names, although Apache Kafka's classes read them", async () => {
      const sets = [
        wrongContentChecksum,
        followedBy("gzip", gzipSync("a further member").subarray(0, 12)),
        followedBy("lz4", Buffer.from("04224d18", "hex")),
        followedBy("zstd", Buffer.from("28b5", "hex")),
        followedBy("snappy", Buffer.alloc(3)),
      ].map((codec) => written(2, codec));
      expect((await readByKafka(sets)).map(({ batches }) => batches?.length)).toEqual(sets.map(() => 1));
      for (const set of sets)
        expect(() => describedSet(set)).toThrow(expect.objectContaining({ code: "CLIENT_DECOMPRESSION_FAILED" }));
    });

    test("are refused by both", async () => {
      const sets = [
        written(1, otherHeaderChecksum),
        written(2, otherHeaderChecksum),
        written(2, followedBy("zstd", trash)),
        written(2, followedBy("snappy", Buffer.alloc(4))),
      ];
      expect((await readByKafka(sets)).map(({ failure }) => typeof failure)).toEqual(sets.map(() => "string"));
      for (const set of sets)
        expect(() => describedSet(set)).toThrow(expect.objectContaining({ code: "CLIENT_DECOMPRESSION_FAILED" }));
    });
  },
);
