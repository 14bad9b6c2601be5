import * as codec from "@moldau/protocol-codec";
import * as state from "@moldau/protocol-codec/state";
import { apis, type Fields, type Message } from "@moldau/protocol-codec";
import { coordinatorRecords, metadataRecords } from "@moldau/protocol-codec/state";
import { formatVersions, Uuid } from "@moldau/protocol-codec/internal";
import { describe, expect, test } from "vitest";
import { goldenFacts } from "../support/golden.js";

interface KafkaField {
  readonly name: string;
  readonly type: string;
  readonly versions?: string;
  readonly nullableVersions?: string;
  readonly tag?: number;
  readonly taggedVersions?: string;
  readonly flexibleVersions?: string;
  readonly default?: unknown;
  readonly ignorable?: boolean;
  readonly fields?: readonly KafkaField[];
}

interface KafkaSchema {
  readonly name: string;
  readonly type: string;
  readonly apiKey?: number;
  readonly validVersions: string;
  readonly flexibleVersions?: string;
  readonly fields?: readonly KafkaField[];
  readonly commonStructs?: readonly { readonly name: string; readonly fields: readonly KafkaField[] }[];
}

interface KafkaApi {
  readonly key: number;
  readonly requestHeaderVersion?: Readonly<Record<string, number>>;
  readonly name: string;
  readonly schema: string;
  readonly removed: boolean;
  readonly scope: string;
  readonly minVersion: number;
  readonly maxStableVersion: number;
  readonly maxVersion: number;
  readonly clientThrottle: Readonly<Record<string, boolean>>;
}

const kafkaApis = goldenFacts<KafkaApi[]>("api-keys.json").filter(
  ({ removed, scope }) => !removed && scope !== "controller",
);
const offered = new Set(kafkaApis.flatMap(({ schema }) => [`${schema}Request`, `${schema}Response`]));
const ofTheProtocol = goldenFacts<KafkaSchema[]>("schemas.json").filter(
  ({ name, type }) => (type !== "request" && type !== "response") || offered.has(name),
);
const ofTheLogs = goldenFacts<KafkaSchema[]>("log-schemas.json");
const exported: Readonly<Record<string, unknown>> = { ...codec, ...state };

/** Lines that describe a schema completely; two schemas are the same if their lines are. */
function describeKafkas(schema: KafkaSchema): string[] {
  const common = new Map((schema.commonStructs ?? []).map(({ name, fields }) => [name, fields]));
  const lines = (fields: readonly KafkaField[], indent: string): string[] =>
    fields.flatMap((field) => {
      const bare = field.type.replace("[]", "");
      const nested = field.fields ?? common.get(bare);
      const type = nested === undefined ? field.type : field.type.replace(bare, "struct");
      const facts = [
        `${field.name.charAt(0).toLowerCase()}${field.name.slice(1)}: ${type}`,
        // A field may leave its versions out; it then has those in which it is tagged.
        field.versions ?? field.taggedVersions ?? "0+",
        `null ${nullableVersions(field)}`,
        field.tag === undefined ? "" : `tag ${field.tag} ${field.taggedVersions}`,
        `default ${kafkasDefault(field, nested !== undefined)}`,
        field.ignorable === true ? "ignorable" : "",
        field.flexibleVersions === "none" ? "inflexible" : "",
      ];
      return [indent + facts.filter((fact) => fact !== "").join(", "), ...lines(nested ?? [], `${indent}  `)];
    });
  return [
    `${schema.name} ${schema.validVersions} flexible ${schema.flexibleVersions ?? "none"}`,
    ...lines(schema.fields ?? [], "  "),
  ];
}

/** "0+" and the field's own versions say the same. */
function nullableVersions({ nullableVersions: nullable, versions, taggedVersions }: KafkaField): string {
  if (nullable === undefined) return "none";
  return nullable === (versions ?? taggedVersions) ? "0+" : nullable;
}

function kafkasDefault(field: KafkaField, isStruct: boolean): string {
  // Null has to be written as text: Kafka's generator takes a JSON null for no default at all, that is, for the type's own.
  const given = field.default ?? undefined;
  if (given === "null") return "null";
  if (field.type.startsWith("[]")) return "empty";
  if (isStruct) return "struct";
  switch (field.type) {
    case "string":
      return JSON.stringify(given ?? "");
    case "bool":
      return String(given ?? false);
    case "uuid":
      return Uuid.zero.toString();
    case "bytes":
    case "records":
      return "empty";
    case "float64":
      return String(Number(given ?? 0));
    default:
      return BigInt(typeof given === "number" ? given : typeof given === "string" ? given : 0).toString();
  }
}

function describeOurs({ name, versions, flexible, fields }: Message): string[] {
  const lines = (of: Fields, indent: string): string[] =>
    Object.entries(of).flatMap(([fieldName, { spec }]) => {
      const isArray = spec.type.kind === "array";
      const element = spec.type.kind === "array" ? spec.type.element : spec.type;
      const range = formatVersions(spec.versions);
      const nullable = formatVersions(spec.nullable);
      const facts = [
        `${fieldName}: ${isArray ? "[]" : ""}${element.kind}`,
        range,
        `null ${nullable === range ? "0+" : nullable}`,
        spec.tag === undefined ? "" : `tag ${spec.tag} ${formatVersions(spec.tagged)}`,
        `default ${ourDefault(spec.default, spec.type.kind)}`,
        spec.ignorable ? "ignorable" : "",
        spec.flexible ? "" : "inflexible",
      ];
      return [
        indent + facts.filter((fact) => fact !== "").join(", "),
        ...(element.kind === "struct" ? lines(element.fields, `${indent}  `) : []),
      ];
    });
  return [`${name} ${formatVersions(versions)} flexible ${formatVersions(flexible)}`, ...lines(fields, "  ")];
}

function ourDefault(given: unknown, kind: string): string {
  if (given === null) return "null";
  if (kind === "string") return JSON.stringify(given ?? "");
  if (given !== undefined) return String(given);
  const ofType: Readonly<Record<string, string>> = {
    array: "empty",
    bytes: "empty",
    records: "empty",
    struct: "struct",
    bool: "false",
  };
  return kind === "uuid" ? Uuid.zero.toString() : (ofType[kind] ?? "0");
}

describe("field by field, our schemas are Kafka's", () => {
  test.each(ofTheProtocol.map((schema) => [schema.name, schema] as const))("%s", (name, schema) => {
    expect(exported[name]).toBeDefined();
    expect(describeOurs(exported[name] as Message)).toEqual(describeKafkas(schema));
  });

  test.each(ofTheLogs.map((schema) => [schema.name, schema] as const))("%s", (name, schema) => {
    expect(exported[name]).toBeDefined();
    const ours = exported[name] as Message;
    expect(describeOurs(ours)).toEqual(describeKafkas(schema));
    expect(ours.recordType).toBe(schema.apiKey);
  });
});

test("the table of APIs has Kafka's keys, names, versions and throttling", () => {
  const wanted = kafkaApis.map(({ key, name, minVersion, maxStableVersion, maxVersion, clientThrottle }) => {
    const throttled = Object.entries(clientThrottle).flatMap(([version, holdsBack]) =>
      holdsBack ? [Number(version)] : [],
    );
    return {
      key,
      name,
      minVersion,
      maxVersion: maxStableVersion,
      newest: maxVersion,
      throttleFrom: throttled.length > 0 ? Math.min(...throttled) : undefined,
    };
  });
  const ours = apis.map(({ key, name, minVersion, maxVersion, request, throttleFrom }) => ({
    key,
    name,
    minVersion,
    maxVersion,
    newest: request.versions.max,
    throttleFrom,
  }));
  expect(ours).toEqual(wanted);
});

describe("the tables of log records", () => {
  const kinds = Object.values(coordinatorRecords).flat();

  test("hold every record that has a type, each under its key's type", () => {
    const ours = [...kinds.flatMap(({ key, value }) => [key, value]), ...metadataRecords];
    const typed = ofTheLogs.filter(({ apiKey }) => apiKey !== undefined);
    expect(ours.map(({ name }) => name).toSorted()).toEqual(typed.map(({ name }) => name).toSorted());
    for (const { key, value } of kinds) expect(value.recordType).toBe(key.recordType);
  });

  test("ascend by type, so that none stands twice in a log", () => {
    for (const records of [...Object.values(coordinatorRecords), metadataRecords.map((key) => ({ key }))]) {
      const types = records.map(({ key }) => key.recordType ?? -1);
      expect(types).toEqual([...new Set(types)].toSorted((a, b) => a - b));
    }
  });
});

test("every request of Kafka has the header that Kafka gives it, also those that the codec has no schema for", () => {
  const different: string[] = [];
  for (const { key, name, requestHeaderVersion = {} } of goldenFacts<KafkaApi[]>("api-keys.json")) {
    for (const [version, headerVersion] of Object.entries(requestHeaderVersion)) {
      // Key, version, correlation id, no client id; then a section without tagged fields, or what else stands there.
      const payload = Buffer.alloc(11);
      payload.writeInt16BE(key, 0);
      payload.writeInt16BE(Number(version), 2);
      payload.writeInt16BE(-1, 8);
      const { bodyOffset } = codec.decodeRequestHeader(payload);
      if (bodyOffset !== (headerVersion === 2 ? 11 : 10)) different.push(`${name} v${version}`);
    }
  }
  expect(different).toEqual([]);
});
