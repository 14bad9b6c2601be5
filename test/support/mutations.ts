import fc from "fast-check";

/** One change to bytes, as a broken or malicious peer would make it. `at` is taken modulo the length. */
export interface Mutation {
  readonly at: number;
  readonly act: (typeof acts)[number];
  readonly bytes: Uint8Array;
}

/** What a mutation does at its place with as many bytes as it carries. */
export const acts = ["overwrite", "cut", "insert", "repeat", "truncate"] as const;

/** Numbers that sizes and counts of every width are made of: the largest, the smallest, null, none, and varints without end. */
export const tellingBytes: readonly Uint8Array[] = [
  ...["00", "01", "7f", "80", "ff", "ffff", "7fff", "8000", "0000", "ffffffff", "7fffffff", "80000000", "00000000"],
  ...["ffffffff0f", "ffffffff7f", "feffffff0f", "808080808000", "ffffffffffffffffff01", "7fffffffffffffff"],
].map((hex) => Buffer.from(hex, "hex"));

/** Any mutation. */
export const mutation: fc.Arbitrary<Mutation> = fc.record({
  at: fc.nat(),
  act: fc.constantFrom(...acts),
  bytes: fc.oneof(fc.uint8Array({ minLength: 1, maxLength: 8 }), fc.constantFrom(...tellingBytes)),
});

/** The bytes after some mutations; a copy, whatever happens. */
export function mutated(bytes: Buffer, mutations: readonly Mutation[]): Buffer {
  return mutations.reduce<Buffer>((given, change) => mutatedOnce(given, change), Buffer.from(bytes));
}

function mutatedOnce(bytes: Buffer, { at, act, bytes: given }: Mutation): Buffer {
  const offset = bytes.length === 0 ? 0 : at % bytes.length;
  const before = bytes.subarray(0, offset);
  const behind = bytes.subarray(Math.min(offset + given.length, bytes.length));
  switch (act) {
    case "truncate":
      return Buffer.from(before);
    case "cut":
      return Buffer.concat([before, behind]);
    case "insert":
      return Buffer.concat([before, given, bytes.subarray(offset)]);
    case "repeat":
      return Buffer.concat([bytes.subarray(0, offset + given.length), bytes.subarray(offset)]);
    case "overwrite":
      return Buffer.concat([before, given, behind]);
    default:
      return act satisfies never;
  }
}
