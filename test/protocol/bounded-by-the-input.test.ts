import { encode, type Fields, type Message } from "@moldau/protocol-codec";
import type { DecoderKind } from "@moldau/protocol-codec/internal";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { arbitraryMessage, includes } from "../support/arbitrary-messages.js";
import { bounds, countUnits, growthOf, schemaDepth } from "../support/bounds.js";
import { CountingReader, stackDepth } from "../support/counting.js";
import { decodeThrough } from "../support/decoders.js";
import { densestValues } from "../support/densest-messages.js";
import { everyMessage, everyVersion, type MessageVersion } from "../support/every-message.js";
import { examineMessage } from "../support/examine-message.js";
import { mutated, mutation } from "../support/mutations.js";

type FieldType = Fields[string]["spec"]["type"];

const decoders: readonly DecoderKind[] = ["cursor", "parser"];
const title = ({ message, version }: MessageVersion): string => `${message.name} v${version}`;

describe("by the schemas themselves", () => {
  test("no message of any version grows by more than the stated constant for each byte, nor goes deeper than stated", () => {
    const beyond = everyVersion.filter(({ message, version }) => {
      const { fixed, perByte } = growthOf(message, version);
      return perByte > bounds.unitsPerByte || fixed > bounds.unitsToBeginWith;
    });
    expect(beyond.map(title)).toEqual([]);
    const depths = everyMessage.map(({ fields }) => schemaDepth({ kind: "struct", fields }));
    expect(Math.max(...depths)).toBe(bounds.depth);
  });

  test("a schema that would break the constant is found", () => {
    const many = Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [`f${index}`, spec({ kind: "int8" }, "1+")]),
    );
    const dense = messageOf({
      list: spec({ kind: "array", element: { kind: "struct", fields: { ...many, a: spec({ kind: "int8" }) } } }),
    });
    expect(growthOf(dense, 0).perByte).toBeGreaterThan(bounds.unitsPerByte);
  });

  test("a count of structs without any bytes would still be held against the bytes that are left", () => {
    const empty = messageOf({ list: spec({ kind: "array", element: { kind: "struct", fields: {} } }) });
    for (const kind of decoders) {
      expect(growthOf(empty, 0).perByte).toBe(2);
      const decoded = decodeThrough(
        kind,
        { message: empty, version: 0 },
        new CountingReader(Buffer.from([0, 0, 0, 9, 1, 2, 3, 4])),
      );
      expect(decoded).toEqual({ failure: "9 elements of at least 1 bytes wanted, 4 bytes left" });
    }
  });
});

describe("by counting, through both decoders and in every version,", () => {
  test("valid and mutated messages stay within what their schema allows", () => {
    for (const which of everyVersion) {
      const bounded = fc.property(
        arbitraryMessage(which.message, which.version),
        fc.array(mutation, { maxLength: 3 }),
        (value, mutations) =>
          void examineMessage(which, mutated(encode(which.message, which.version, value), mutations)),
      );
      fc.assert(bounded, { numRuns: 4 });
    }
  });

  test("the densest inputs that can be made by hand stay within it too, and the constant is not far from the worst of them", () => {
    let [worst, inputs] = [0, 0];
    for (const which of everyVersion) {
      for (const value of densestValues(which)) {
        const bytes = encode(which.message, which.version, value);
        const examined = examineMessage(which, bytes);
        if (!examined.taken) throw new Error(`${title(which)}: valid bytes are refused`);
        if (bytes.length > 200) worst = Math.max(worst, countUnits(examined.value) / bytes.length);
        inputs++;
      }
    }
    expect(inputs).toBeGreaterThan(1500);
    expect(worst).toBeLessThanOrEqual(bounds.unitsPerByte);
    expect(worst).toBeGreaterThan(bounds.unitsPerByte * 0.6);
  });

  test("a count of more than can follow is refused before anything is read or made for it", () => {
    let counts = 0;
    for (const which of everyVersion) {
      for (const value of densestValues(which, 2)) {
        const bytes = encode(which.message, which.version, value);
        for (const kind of decoders) {
          const reader = new CountingReader(bytes);
          decodeThrough(kind, which, reader);
          for (const site of reader.counts) {
            for (const lie of liesAbout(site, bytes, which)) {
              const liar = new CountingReader(lie);
              const decoded = decodeThrough(kind, which, liar);
              const refused = "failure" in decoded && /elements of at least/.test(decoded.failure);
              if (!refused || liar.reads !== site.reads)
                throw new Error(`${title(which)}, ${kind}: ${JSON.stringify(decoded)} after ${liar.reads} reads`);
              counts++;
            }
          }
        }
      }
    }
    expect(counts).toBeGreaterThan(10_000);
  });

  test("calls go no deeper than the schema", () => {
    let deepest = 0;
    for (const which of everyVersion) {
      for (const value of densestValues(which, 1)) {
        const bytes = encode(which.message, which.version, value);
        for (const kind of decoders) {
          const reader = new CountingReader(bytes, { measuresStack: true });
          const before = stackDepth();
          decodeThrough(kind, which, reader);
          deepest = Math.max(deepest, reader.deepestStack - before);
        }
      }
    }
    expect(deepest).toBeGreaterThan(bounds.depth / 2);
    expect(deepest).toBeLessThanOrEqual(bounds.callsPerDepth * bounds.depth);
  });
});

/** The bytes with one count replaced: by the smallest that cannot be, and by the largest that its width can say. */
function liesAbout(
  { offset, count, minimumBytes }: { offset: number; count: number; minimumBytes: number },
  bytes: Buffer,
  { message, version }: MessageVersion,
): Buffer[] {
  const behind = bytes.subarray(offset);
  const flexible = includes(message.flexible, version);
  // Tagged fields are counted as they are, arrays of flexible versions plus one. Which it is can be seen from the byte.
  const plus = flexible ? (bytes[offset - 1] ?? 0) - count : 0;
  const most = flexible ? 0xffff_ffff : 0x7fff_ffff;
  return [Math.floor(behind.length / minimumBytes) + 1 + plus, most].map((lie) => {
    const written = flexible ? uvarint(lie) : int32(lie);
    const before = bytes.subarray(0, offset - (flexible ? 1 : 4));
    return Buffer.concat([before, written, behind, Buffer.alloc(0)]);
  });
}

function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

/** A message that no Kafka has. */
function messageOf(fields: Fields): Message {
  return { name: "Own", versions: { min: 0, max: 1 }, flexible: { min: 0, max: -1 }, recordType: undefined, fields };
}

function spec(type: FieldType, from: "0+" | "1+" = "0+"): Fields[string] {
  const none = { min: 0, max: -1 };
  const versions = { min: from === "0+" ? 0 : 1, max: 0x7fff };
  const given = {
    type,
    versions,
    nullable: none,
    tag: undefined,
    tagged: none,
    default: undefined,
    ignorable: true,
    flexible: true,
  };
  return { spec: given } as Fields[string];
}
