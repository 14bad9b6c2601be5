import { apiByKey, decodeMessage, DecodeError } from "@moldau/protocol-codec";
import { compileDecoder, Reader, type DecoderKind } from "@moldau/protocol-codec/internal";
import { isDeepStrictEqual } from "node:util";
import fc from "fast-check";
import { expect, test } from "vitest";
import { goldenLines, type MessageVector } from "../support/golden.js";

const vectors = goldenLines<MessageVector>("messages.jsonl.gz").filter(
  ({ scope, kind, hex }) => scope !== "controller" && (kind === "request" || kind === "response") && hex.length > 0,
);

/** Overwrites, cuts out or puts in bytes: what a broken or malicious peer would send. */
const mutation = fc.record({
  at: fc.nat(),
  act: fc.constantFrom("overwrite", "cut", "insert", "truncate"),
  bytes: fc.oneof(
    fc.uint8Array({ minLength: 1, maxLength: 8 }),
    fc.constantFrom(
      ...["ffffffff", "7fffffff", "80000000", "ffff", "7fff", "ffffffff0f", "ffffffff7f", "00"].map((hex) =>
        Buffer.from(hex, "hex"),
      ),
    ),
  ),
});

function mutate(bytes: Buffer, { at, act, bytes: given }: { at: number; act: string; bytes: Uint8Array }): Buffer {
  const offset = at % bytes.length;
  const before = bytes.subarray(0, offset);
  if (act === "truncate") return Buffer.from(before);
  const after = act === "insert" ? offset : offset + given.length;
  return Buffer.concat([
    before,
    act === "cut" ? Buffer.alloc(0) : given,
    bytes.subarray(Math.min(after, bytes.length)),
  ]);
}

/** The value, or undefined for "not such a message"; anything else that is thrown fails the test. */
function outcome(vector: MessageVector, bytes: Buffer, kind: DecoderKind): { value: unknown } | undefined {
  const api = apiByKey(vector.apiKey);
  const message = vector.kind === "request" ? api?.request : api?.response;
  if (message === undefined) throw new Error(`no API ${vector.apiKey}`);
  const reader = new Reader(bytes);
  try {
    const value = compileDecoder(message, vector.version, kind)(reader);
    return reader.left > 0 ? undefined : { value };
  } catch (error) {
    if (error instanceof Error && error.constructor.name === "ReadFailure") return undefined;
    throw error;
  }
}

test("a mutated message decodes to the same value through both decoders, or is refused by both", () => {
  fc.assert(
    fc.property(
      fc.nat({ max: vectors.length - 1 }),
      fc.array(mutation, { minLength: 1, maxLength: 3 }),
      (index, mutations) => {
        const vector = vectors[index] as MessageVector;
        const bytes = mutations.reduce<Buffer>(
          (given, change) => (given.length === 0 ? given : mutate(given, change)),
          Buffer.from(vector.hex, "hex"),
        );
        const cursor = outcome(vector, bytes, "cursor");
        expect(isDeepStrictEqual(outcome(vector, bytes, "parser"), cursor)).toBe(true);
      },
    ),
    { numRuns: 4_000 },
  );
});

test("what is refused is refused with one typed error that names the message and the field", () => {
  let refused = 0;
  fc.assert(
    fc.property(fc.nat({ max: vectors.length - 1 }), mutation, (index, change) => {
      const { apiKey, kind, version, name, hex } = vectors[index] as MessageVector;
      try {
        decodeMessage(
          { apiKey, kind: kind as "request" | "response", version },
          mutate(Buffer.from(hex, "hex"), change),
        );
      } catch (error) {
        refused++;
        expect(error).toBeInstanceOf(DecodeError);
        expect((error as DecodeError).message).toMatch(new RegExp(`^${name} v${version}: `));
      }
    }),
    { numRuns: 4_000 },
  );
  expect(refused).toBeGreaterThan(500);
});
