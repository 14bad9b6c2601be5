import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { apis } from "@moldau/protocol-codec";
import type { DecoderKind } from "@moldau/protocol-codec/internal";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  apacheKafkaClasspath,
  apacheKafkaClientsClasspath,
  missingForApacheKafka,
} from "../support/apache-kafka-jars.js";
import { versionsOf } from "../support/every-message.js";
import { compileJava } from "../support/java-programs.js";
import { classOfLogRecord, logSchemas } from "../support/kafka-classes.js";
import {
  comesBackAsFrame,
  comesBackAsKey,
  comesBackAsMetadataRecord,
  comesBackPrefixed,
  decodesThrough,
  encodesBack,
  faults,
  inEverything,
  messageNamed,
  type WrittenMessage,
} from "../support/message-checks.js";
import { witnessSeed } from "../support/witness-seed.js";

const missing = missingForApacheKafka();
const leftOut = missing === undefined ? "" : `, left out: ${missing}`;
const decoders: readonly DecoderKind[] = ["cursor", "parser"];
/** Random messages of each schema and version; where a schema has little to vary some are the same, and fewer are left. */
const casesOfAVersion = 30;

const folder = mkdtempSync(join(tmpdir(), "moldau-messages-"));
afterAll(() => rmSync(folder, { recursive: true }));

function written(file: string): WrittenMessage[] {
  const lines = readFileSync(file, "utf8").split("\n");
  return lines.filter((line) => line !== "").map((line) => JSON.parse(line) as WrittenMessage);
}

/** Schema and version of each message, without repetitions. */
function schemaVersions(messages: readonly WrittenMessage[]): string[] {
  return [...new Set(messages.map(({ name, version }) => `${name} v${version}`))].sort();
}

function ourVersions(names: readonly string[]): string[] {
  return names.flatMap((name) => versionsOf(messageNamed(name)).map((version) => `${name} v${version}`)).sort();
}

describe.skipIf(missing !== undefined)(
  `random messages that Apache Kafka's classes write now (WITNESS_SEED=${witnessSeed}${leftOut})`,
  () => {
    let bodies: readonly WrittenMessage[];
    let frames: readonly WrittenMessage[];

    beforeAll(async () => {
      const programs = await compileJava(await apacheKafkaClientsClasspath(), ["WriteMessages"]);
      const file = join(folder, "messages.jsonl");
      await programs.run("WriteMessages", [String(witnessSeed), String(casesOfAVersion), file]);
      const messages = written(file);
      bodies = messages.filter(({ kind }) => kind !== "frame");
      frames = messages.filter(({ kind }) => kind === "frame");
    });

    test("are of all APIs, in all versions, in numbers", () => {
      const names = apis.flatMap(({ request, response }) => [request.name, response.name]);
      expect(schemaVersions(frames)).toEqual(ourVersions(names));
      const requestsAndResponses = bodies.filter(({ kind }) => kind === "request" || kind === "response");
      expect(schemaVersions(requestsAndResponses)).toEqual(ourVersions(names));
      expect(bodies.length).toBeGreaterThan(15_000);
    });

    test.each(decoders)("decode to their values through the %s decoder, to the last byte", (kind) => {
      expect(faults(bodies, decodesThrough(kind, inEverything))).toEqual([]);
    });

    test("encode back to the same bytes", () => {
      expect(faults(bodies, encodesBack)).toEqual([]);
    });

    test("come back from behind their version", () => {
      const prefixed = bodies.filter(({ kind }) => kind === "data");
      expect(new Set(prefixed.map(({ name }) => name)).size).toBe(11);
      expect(faults(prefixed, comesBackPrefixed(inEverything))).toEqual([]);
    });

    test("come back from whole frames", () => {
      expect(faults(frames, comesBackAsFrame(inEverything))).toEqual([]);
    });
  },
);

describe.skipIf(missing !== undefined)(
  `random records of Kafka's own logs that its classes write now (WITNESS_SEED=${witnessSeed}${leftOut})`,
  () => {
    let records: readonly WrittenMessage[];

    beforeAll(async () => {
      const programs = await compileJava(await apacheKafkaClasspath(), ["WriteLogRecords"]);
      const [file, names] = [join(folder, "records.jsonl"), join(folder, "names.txt")];
      writeFileSync(names, logSchemas.map((schema) => `${classOfLogRecord(schema)} ${schema.type}\n`).join(""));
      await programs.run("WriteLogRecords", [String(witnessSeed), String(casesOfAVersion), file, names]);
      records = written(file);
    });

    const ofKind = (kind: string): WrittenMessage[] => {
      const found = records.filter((record) => record.kind === kind);
      expect(found.length).toBeGreaterThan(30);
      return found;
    };

    test("are of all schemas, in all versions, in numbers", () => {
      expect(schemaVersions(records)).toEqual(ourVersions(logSchemas.map(({ name }) => name)));
      expect(records.length).toBeGreaterThan(2_000);
    });

    test.each(decoders)("decode to their values through the %s decoder, to the last byte", (kind) => {
      expect(faults(records, decodesThrough(kind, inEverything))).toEqual([]);
    });

    test("encode back to the same bytes", () => {
      expect(faults(records, encodesBack)).toEqual([]);
    });

    test.each(["coordinator-value", "data"])("come back from behind their version, as %s", (kind) => {
      expect(faults(ofKind(kind), comesBackPrefixed(inEverything))).toEqual([]);
    });

    test("come back as keys of a coordinator's records", () => {
      expect(faults(ofKind("coordinator-key"), comesBackAsKey(inEverything))).toEqual([]);
    });

    test("come back as records of the cluster's metadata", () => {
      expect(faults(ofKind("metadata"), comesBackAsMetadataRecord(inEverything))).toEqual([]);
    });
  },
);
