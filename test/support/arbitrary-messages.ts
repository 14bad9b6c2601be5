import { Uuid, type Fields, type Message, type UnknownTaggedField } from "@moldau/protocol-codec";
import fc from "fast-check";

type FieldSpec = Fields[string]["spec"];
type FieldType = FieldSpec["type"];

/** A struct as decoding gives it: all fields of the schema in its order, then `unknownTaggedFields` if there are any. */
export type DecodedStruct = Readonly<Record<string, unknown>>;

/**
 * Any value of a message in one version, in the shape that decoding gives: `decode(encode(value))` has to equal it exactly.
 *
 * Every field that the version has takes any value of its type: extreme numbers, empty values and null, text with astral
 * characters, U+0000 and byte-order marks (no lone surrogates), small arrays at every depth, tagged fields that the schema
 * does not know. A field that the version lacks has its default, since another value would be refused or lost.
 */
export function arbitraryMessage(message: Message, version: number): fc.Arbitrary<DecodedStruct> {
  let versions = made.get(message);
  if (versions === undefined) made.set(message, (versions = new Map()));
  let arbitrary = versions.get(version);
  if (arbitrary === undefined) {
    const place = { version, flexible: includes(message.flexible, version), depth: 0 };
    versions.set(version, (arbitrary = struct(message.fields, place)));
  }
  return arbitrary;
}

/** The value of a field that a version lacks, or of a tagged field that is not there. */
export function defaultOf(spec: FieldSpec): unknown {
  return spec.default === undefined ? emptyOf(spec.type) : spec.default;
}

/** Whether a version is in a range. */
export function includes({ min, max }: Message["versions"], version: number): boolean {
  return version >= min && version <= max;
}

/** Whether a field travels in the tagged section of a version. */
export function isTagged({ tag, tagged }: FieldSpec, version: number): boolean {
  return tag !== undefined && includes(tagged, version);
}

const made = new WeakMap<Message, Map<number, fc.Arbitrary<DecodedStruct>>>();

/** Where in a message a value stands. */
interface Place {
  readonly version: number;
  readonly flexible: boolean;
  readonly depth: number;
}

function struct(fields: Fields, place: Place): fc.Arbitrary<DecodedStruct> {
  const { version } = place;
  const specs = Object.entries(fields).map(([name, { spec }]): readonly [string, FieldSpec] => [name, spec]);
  const values = specs.map(([, spec]) =>
    includes(spec.versions, version) ? member(spec, place) : fc.constant(defaultOf(spec)),
  );
  const known = specs.flatMap(([, spec]) => (isTagged(spec, version) ? [spec.tag] : []));
  return fc.tuple(place.flexible ? unknownTags(known) : fc.constant([]), ...values).map(([unknown, ...given]) => {
    const decoded: Record<string, unknown> = {};
    for (const [index, [name]] of specs.entries()) decoded[name] = given[index];
    if (unknown.length > 0) decoded["unknownTaggedFields"] = unknown;
    return decoded;
  });
}

function member(spec: FieldSpec, place: Place): fc.Arbitrary<unknown> {
  const any = valueOf(spec.type, { ...place, flexible: place.flexible && spec.flexible });
  const orDefault = isTagged(spec, place.version)
    ? fc.oneof({ weight: 2, arbitrary: any }, fc.constant(defaultOf(spec)))
    : any;
  return includes(spec.nullable, place.version) ? fc.option(orDefault, { nil: null, freq: 4 }) : orDefault;
}

function valueOf(type: FieldType, place: Place): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case "array":
      return array(type.element, place);
    case "struct":
      return struct(type.fields, { ...place, depth: place.depth + 1 });
    default:
      return primitives[type.kind];
  }
}

/** Few elements, fewer the deeper: what matters is that there are none, one, or several. Of numbers also so many that the count takes two bytes. */
function array(element: FieldType, place: Place): fc.Arbitrary<unknown[]> {
  const inside = { ...place, depth: place.depth + 1 };
  const few = fc.array(valueOf(element, inside), { maxLength: place.depth < 2 ? 3 : 2 });
  if (element.kind !== "int32" || place.depth > 1) return few;
  return fc.oneof(
    { weight: 7, arbitrary: few },
    fc.array(valueOf(element, inside), { minLength: 126, maxLength: 130 }),
  );
}

function unknownTags(known: readonly unknown[]): fc.Arbitrary<readonly UnknownTaggedField[]> {
  const tag = fc
    .oneof(fc.nat(40), fc.integer({ min: 0, max: 0xffff_ffff }))
    .filter((number) => !known.includes(number));
  const some = fc
    .uniqueArray(fc.tuple(tag, bytes), { minLength: 1, maxLength: 3, selector: ([number]) => number })
    .map((entries) => entries.sort(([a], [b]) => a - b).map(([number, data]) => ({ tag: number, data })));
  return fc.oneof({ weight: 7, arbitrary: fc.constant([]) }, { weight: 1, arbitrary: some });
}

/** Whole numbers between two bounds, and often the bounds themselves. */
function whole(min: number, max: number): fc.Arbitrary<number> {
  return fc.oneof(
    { weight: 3, arbitrary: fc.integer({ min, max }) },
    fc.constantFrom(min, max, 0, 1, Math.max(min, -1)),
  );
}

const int64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

/** Lengths around the borders of a one-byte and a two-byte varint, and more than a writer copies. */
const bytes = fc.oneof(
  { weight: 9, arbitrary: fc.uint8Array({ maxLength: 12 }).map((given) => Buffer.from(given)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(126, 127, 128, 1023, 1024, 1025).map((length) => Buffer.alloc(length, 0xa5)),
  },
);

const text = fc.oneof(
  { weight: 6, arbitrary: fc.string({ unit: "binary", maxLength: 12 }) },
  { weight: 2, arbitrary: fc.string({ unit: "grapheme-ascii", maxLength: 20 }) },
  {
    weight: 2,
    arbitrary: fc.constantFrom("", "\0", "a\0b", "\ufeffmark", "\ufeff", "\u{10ffff}\u{1f600}", "\ud7ff\ue000\uffff"),
  },
  {
    weight: 1,
    arbitrary: fc.constantFrom("x".repeat(126), "x".repeat(127), "é".repeat(64), "€".repeat(43), "𐍈".repeat(300)),
  },
);

const primitives: Readonly<Record<Exclude<FieldType["kind"], "array" | "struct">, fc.Arbitrary<unknown>>> = {
  bool: fc.boolean(),
  int8: whole(-0x80, 0x7f),
  int16: whole(-0x8000, 0x7fff),
  uint16: whole(0, 0xffff),
  int32: whole(-0x8000_0000, 0x7fff_ffff),
  uint32: whole(0, 0xffff_ffff),
  int64: fc.oneof(fc.bigInt(int64), fc.constantFrom(int64.min, int64.max, -1n, 0n, 2n ** 53n)),
  float64: fc.oneof(fc.double(), fc.constantFrom(-0, 0, Number.MIN_VALUE, Number.MAX_VALUE, Infinity, -Infinity)),
  string: text,
  uuid: fc.oneof(
    {
      weight: 4,
      arbitrary: fc.uint8Array({ minLength: 16, maxLength: 16 }).map((given) => Uuid.read(Buffer.from(given), 0)),
    },
    fc.constant(Uuid.zero),
  ),
  bytes,
  records: bytes,
};

/** The value of a type that says nothing: 0, false, empty. */
export function emptyOf(type: FieldType): unknown {
  switch (type.kind) {
    case "bool":
      return false;
    case "int64":
      return 0n;
    case "string":
      return "";
    case "uuid":
      return Uuid.zero;
    case "bytes":
    case "records":
      return Buffer.alloc(0);
    case "array":
      return [];
    case "struct":
      return Object.fromEntries(Object.entries(type.fields).map(([name, { spec }]) => [name, defaultOf(spec)]));
    default:
      return 0;
  }
}
