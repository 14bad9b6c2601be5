import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encode, type Fields, type Message, type UnknownTaggedField } from "@moldau/protocol-codec";
import { encodeCoordinatorKey, encodeMetadataRecord, encodeVersioned } from "@moldau/protocol-codec/state";
import fc from "fast-check";
import { afterAll, describe, expect, test } from "vitest";
import {
  apacheKafkaClasspath,
  apacheKafkaClientsClasspath,
  missingForApacheKafka,
} from "../support/apache-kafka-jars.js";
import { arbitraryMessage, type DecodedStruct } from "../support/arbitrary-messages.js";
import { everyMessage, everyVersion } from "../support/every-message.js";
import { asGolden } from "../support/golden.js";
import { compileJava } from "../support/java-programs.js";
import { classOfLogRecord, classOfMessage, logSchemas } from "../support/kafka-classes.js";
import { inEverything } from "../support/message-checks.js";
import { witnessSeed } from "../support/witness-seed.js";

const missing = missingForApacheKafka();
const leftOut = missing === undefined ? "" : `, left out: ${missing}`;
/** Random messages of each schema and version. */
const casesOfAVersion = 15;

const folder = mkdtempSync(join(tmpdir(), "moldau-messages-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** A message that was encoded here, and how Apache Kafka is to read it. */
interface Encoded {
  readonly title: string;
  readonly className: string;
  readonly form: string;
  readonly version: number;
  readonly value: DecodedStruct;
  readonly bytes: Buffer;
}

/** What Apache Kafka made of it: the bytes that it wrote of what it had read, or why it could not. */
interface Echo {
  readonly hex?: string;
  readonly value?: unknown;
  readonly failure?: string;
}

function examples(message: Message, version: number): DecodedStruct[] {
  const any = arbitraryMessage(message, version).map((value) => withTagsThatKafkaTakes(message.fields, value));
  return fc.sample(any, { numRuns: casesOfAVersion, seed: witnessSeed });
}

/**
 * Kafka's classes keep an unknown tagged field as the codec does, with two exceptions: they refuse a tag that another version
 * of the same schema knows, and they take the number for a signed one of which the largest is reserved.
 */
function withTagsThatKafkaTakes(fields: Fields, struct: DecodedStruct): DecodedStruct {
  const tags = new Set(Object.values(fields).map(({ spec }) => spec.tag));
  const entries = Object.entries(struct).flatMap(([name, member]): [string, unknown][] => {
    if (name !== "unknownTaggedFields") return [[name, membersWithTags(fields[name]!.spec.type, member)]];
    const kept = (member as UnknownTaggedField[]).filter(({ tag }) => tag < 0x7fff_ffff && !tags.has(tag));
    return kept.length > 0 ? [[name, kept]] : [];
  });
  return Object.fromEntries(entries);
}

function membersWithTags(type: Fields[string]["spec"]["type"], member: unknown): unknown {
  if (member === null) return null;
  if (type.kind === "struct") return withTagsThatKafkaTakes(type.fields, member as DecodedStruct);
  if (type.kind !== "array") return member;
  return (member as unknown[]).map((element) => membersWithTags(type.element, element));
}

/** What is wrong with what Apache Kafka read, one line each. */
function faults(given: readonly Encoded[], echoes: readonly Echo[]): string[] {
  expect(echoes.length).toBe(given.length);
  return given.flatMap(({ title, value, bytes }, index) => {
    const { hex, value: read, failure } = echoes[index]!;
    const fault =
      failure ??
      inEverything(asGolden(value), read) ??
      (hex === bytes.toString("hex") ? undefined : `written again as ${hex}`);
    return fault === undefined ? [] : [`${title}: ${fault}: ${bytes.toString("hex")}`];
  });
}

async function echoed(program: string, classpath: string, given: readonly Encoded[]): Promise<Echo[]> {
  const [input, output] = [join(folder, `${program}.txt`), join(folder, `${program}.jsonl`)];
  const lines = given.map(({ className, version, form, bytes }) =>
    [className, version, form, bytes.toString("hex")].join(" "),
  );
  writeFileSync(input, lines.map((line) => `${line}\n`).join(""));
  const programs = await compileJava(classpath, [program]);
  await programs.run(program, [input, output]);
  return readFileSync(output, "utf8")
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Echo);
}

describe.skipIf(missing !== undefined)(
  `Apache Kafka's classes read, and write again to the same bytes (WITNESS_SEED=${witnessSeed}${leftOut})`,
  () => {
    const ofLogs = new Map(logSchemas.map((schema) => [schema.name, schema]));

    test("any message of the protocol, in every version", async () => {
      const given = everyVersion
        .filter(({ message }) => !ofLogs.has(message.name))
        .flatMap(({ message, version }) => {
          const className = classOfMessage(message.name);
          // What isn't asked or answered by itself travels behind its version.
          const isPlain = className.endsWith("Data") && message.name !== "DefaultPrincipalData";
          return examples(message, version).map((value): Encoded => {
            const bytes = isPlain ? encode(message, version, value) : encodeVersioned(message, version, value);
            const form = isPlain ? "plain" : "data";
            return { title: `${message.name} v${version}`, className, form, version, value, bytes };
          });
        });
      expect(new Set(given.map(({ className }) => className)).size).toBe(everyMessage.length - ofLogs.size);
      expect(faults(given, await echoed("ReadMessages", await apacheKafkaClientsClasspath(), given))).toEqual([]);
    });

    test("any record of its own logs, in every version", async () => {
      const given = everyVersion.flatMap(({ message, version }) => {
        const schema = ofLogs.get(message.name);
        if (schema === undefined) return [];
        return examples(message, version).map((value): Encoded => ({
          title: `${message.name} v${version}`,
          className: classOfLogRecord(schema),
          form: schema.type,
          version,
          value,
          bytes: logRecord(message, version, schema.type, value),
        }));
      });
      expect(new Set(given.map(({ className }) => className)).size).toBe(ofLogs.size);
      expect(faults(given, await echoed("ReadLogRecords", await apacheKafkaClasspath(), given))).toEqual([]);
    });
  },
);

function logRecord(message: Message, version: number, type: string, value: DecodedStruct): Buffer {
  if (type === "coordinator-key") return encodeCoordinatorKey(message, value);
  if (type === "metadata") return encodeMetadataRecord(message, version, value);
  return encodeVersioned(message, version, value);
}
