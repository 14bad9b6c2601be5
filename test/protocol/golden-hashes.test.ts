import { coordinatorPartition, crc32c, javaHashCode } from "@moldau/protocol-codec";
import {
  readUnsignedVarint,
  readVarint,
  readVarlongExact,
  writeUnsignedVarint,
  writeVarint,
  writeVarlong,
} from "@moldau/protocol-codec/internal";
import { expect, it } from "vitest";
import { goldenLines } from "../support/golden.js";

type Vector =
  | { readonly kind: "crc"; readonly data: string; readonly crc32c: number }
  | {
      readonly kind: "coordinator";
      readonly id: string;
      readonly hashCode: number;
      readonly partition50: number;
      readonly partition7: number;
    }
  | {
      readonly kind: "varint";
      readonly value: string;
      readonly varint?: string;
      readonly unsignedVarint?: string;
      readonly varlong: string;
    };

const vectors = goldenLines<Vector>("misc.jsonl.gz");
const ofKind = <K extends Vector["kind"]>(kind: K): Extract<Vector, { kind: K }>[] => {
  const found = vectors.filter((vector): vector is Extract<Vector, { kind: K }> => vector.kind === kind);
  expect(found.length).toBeGreaterThan(10);
  return found;
};

it("checksums are Kafka's", () => {
  for (const vector of ofKind("crc")) expect(crc32c(Buffer.from(vector.data, "hex"))).toBe(vector.crc32c);
});

it("hashes of ids, and the partitions that coordinate them, are Kafka's", () => {
  for (const vector of ofKind("coordinator")) {
    expect([javaHashCode(vector.id), coordinatorPartition(vector.id, 50), coordinatorPartition(vector.id, 7)]).toEqual([
      vector.hashCode,
      vector.partition50,
      vector.partition7,
    ]);
  }
});

it("varints are written and read as Kafka does", () => {
  const target = Buffer.alloc(10);
  const written = (write: (target: Buffer, position: number, value: number) => number, value: number): string =>
    target.toString("hex", 0, write(target, 0, value));
  const over = (hex: string) => ({ buffer: Buffer.from(hex, "hex"), position: 0, end: hex.length / 2 });
  for (const { value, varint, unsignedVarint, varlong } of ofKind("varint")) {
    expect(target.toString("hex", 0, writeVarlong(target, 0, BigInt(value)))).toBe(varlong);
    expect(readVarlongExact(over(varlong))).toBe(BigInt(value));
    if (varint === undefined || unsignedVarint === undefined) continue;
    expect(written(writeVarint, Number(value))).toBe(varint);
    expect(readVarint(over(varint))).toBe(Number(value));
    expect(written(writeUnsignedVarint, Number(value))).toBe(unsignedVarint);
    expect(readUnsignedVarint(over(unsignedVarint)) | 0).toBe(Number(value));
  }
});
