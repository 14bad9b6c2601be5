import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { Uuid } from "@moldau/protocol-codec";
import { repository } from "./repository.js";

const folder = join(repository, "test", "golden");

/** Reads a `.jsonl.gz` file of test/golden. */
export function goldenLines<T>(name: string): T[] {
  const text = gunzipSync(readFileSync(join(folder, name))).toString("utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as T);
}

/** Reads a `.json` file of test/golden. */
export function goldenFacts<T>(name: string): T {
  return JSON.parse(readFileSync(join(folder, name), "utf8")) as T;
}

/** A vector of messages.jsonl.gz; test/golden/README.md says what each field is. */
export interface MessageVector {
  readonly name: string;
  readonly kind: "request" | "response" | "header" | "data" | "frame";
  readonly apiKey: number;
  readonly version: number;
  readonly case: string;
  readonly headerVersion: number;
  readonly scope: "client" | "interbroker" | "controller" | "header" | "data";
  readonly hex: string;
  readonly prefixedHex?: string;
  readonly header?: { readonly correlationId: number; readonly clientId?: string | null };
  readonly headerLength: number;
  readonly value: unknown;
}

/** A decoded value in the conventions of the vectors: 64-bit numbers as text, bytes as hexadecimal. */
export function asGolden(value: unknown): unknown {
  if (value instanceof Uuid) return value.toString();
  if (typeof value === "bigint") return value.toString();
  if (Buffer.isBuffer(value)) return value.toString("hex");
  if (typeof value === "number" && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(asGolden);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) =>
      name === "unknownTaggedFields"
        ? [
            "_unknownTaggedFields",
            (member as { tag: number; data: Buffer }[]).map(({ tag, data }) => ({ tag, hex: data.toString("hex") })),
          ]
        : [name, asGolden(member)],
    ),
  );
}

/** The first place where `wanted` and `given` differ; fields that only `given` has are defaults of a version and are passed over. */
export function firstDifference(wanted: unknown, given: unknown, path = ""): string | undefined {
  if (Array.isArray(wanted)) {
    if (!Array.isArray(given) || given.length !== wanted.length) return `${path}: another number of elements`;
    return wanted
      .map((element, index) => firstDifference(element, given[index], `${path}[${index}]`))
      .find((found) => found !== undefined);
  }
  if (typeof wanted === "object" && wanted !== null) {
    const members: Record<string, unknown> = typeof given === "object" && given !== null ? { ...given } : {};
    return Object.entries(wanted)
      .map(([name, member]) => firstDifference(member, members[name], `${path}.${name}`))
      .find((found) => found !== undefined);
  }
  return Object.is(wanted, given)
    ? undefined
    : `${path}: ${JSON.stringify(wanted)} wanted, ${JSON.stringify(given)} given`;
}
