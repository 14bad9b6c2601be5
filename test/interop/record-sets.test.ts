import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  setLogAppendTime,
  stampProducer,
  writeBatch,
  writeMessageSet,
  type CompressionName,
} from "@moldau/protocol-codec";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { apacheKafkaClasspath, missingForApacheKafka } from "../support/apache-kafka-jars.js";
import { runProgram } from "../support/child-program.js";
import { repository } from "../support/repository.js";

const missing = missingForApacheKafka();

interface PlainRecord {
  readonly timestamp: number;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: readonly (readonly [string, Buffer | null])[];
}

/** Bytes with repetitions near and far, so that compressors find something, up to several blocks of any of them. */
const bytes = fc
  .array(fc.tuple(fc.uint8Array({ minLength: 1, maxLength: 60 }), fc.integer({ min: 1, max: 300 })), { maxLength: 30 })
  .map((pieces) => Buffer.concat(pieces.map(([piece, times]) => Buffer.alloc(piece.length * times, piece))));
const part = fc.option(bytes, { freq: 5 });
const headers = fc.array(fc.tuple(fc.string({ unit: "grapheme", maxLength: 8 }), part), { maxLength: 2 });
const record = fc.record({ timestamp: fc.integer({ min: 0, max: 2 ** 45 }), key: part, value: part, headers });
const recordLists = fc.sample(fc.array(record, { minLength: 1, maxLength: 6 }), { numRuns: 40, seed: 1 });

/** A record as the Java program prints it. */
function described({ timestamp, key, value, headers: pairs }: PlainRecord, offset: number): string {
  const parts = pairs.map(
    ([name, bytesOf]) => `${Buffer.from(name).toString("hex")}=${bytesOf?.toString("hex") ?? "null"}`,
  );
  return [offset, timestamp, key?.toString("hex") ?? "null", value?.toString("hex") ?? "null", ...parts].join(",");
}

describe.skipIf(missing !== undefined)(
  `Apache Kafka's classes${missing === undefined ? "" : ` (left out: ${missing})`}`,
  () => {
    let classpath: string;
    const folder = mkdtempSync(join(tmpdir(), "moldau-record-sets-"));

    beforeAll(async () => {
      classpath = await apacheKafkaClasspath();
    });

    afterAll(() => rmSync(folder, { recursive: true }));

    async function readByJava(sets: readonly Buffer[]): Promise<string[]> {
      const file = join(folder, "sets.txt");
      writeFileSync(file, sets.map((set) => `${set.toString("hex")}\n`).join(""));
      const program = join(repository, "test/interop/ReadRecordSets.java");
      const { code, stdout } = await runProgram("java", ["-cp", classpath, program, file], { timeoutMs: 100_000 });
      expect(code, stdout.slice(-2000)).toBe(0);
      return stdout.split("\n").filter((line) => line !== "" && !line.startsWith("SLF4J"));
    }

    test.each(["none", "gzip", "snappy", "lz4", "zstd"] as const)(
      "read record batches that are compressed with %s here",
      async (compression: CompressionName) => {
        const sets = recordLists.map((records, index) => {
          const set = writeBatch({ compression }, records);
          if (index % 2 === 0) stampProducer(set, { producerId: 5n, producerEpoch: 1, baseSequence: index });
          if (index % 5 === 0) setLogAppendTime(set, 0, 5000);
          return set;
        });
        const expected = recordLists.map((records, index) =>
          records
            .map((each, offset) => described(index % 5 === 0 ? { ...each, timestamp: 5000 } : each, offset))
            .join(" "),
        );
        expect(await readByJava(sets)).toEqual(expected);
      },
    );

    test.each([0, 1] as const)("read message sets of magic %d that are written here", async (magic) => {
      const plain = recordLists
        .slice(0, 20)
        .map((records) =>
          records.map((each) => ({ ...each, headers: [], timestamp: magic === 0 ? -1 : each.timestamp })),
        );
      const codecs = ["none", "gzip", "snappy", "lz4"] as const;
      const sets = plain.map((records, index) => writeMessageSet({ magic, compression: codecs[index % 4]! }, records));
      expect(await readByJava(sets)).toEqual(plain.map((records) => records.map(described).join(" ")));
    });
  },
);
