import { Uuid, type CompressionName, type Fields, type Message } from "@moldau/protocol-codec";
import { defaultOf, includes, isTagged } from "./arbitrary-messages.js";

type FieldSpec = Fields[string]["spec"];
type FieldType = FieldSpec["type"];

/**
 * What decoding holds to, whatever the bytes are. docs/reference/limits.md states these numbers, and the tests assert them, first
 * from the schemas (so that a new one that would break them fails), then by counting what really happens.
 */
export const bounds = {
  /** Primitive reads of one decoder for each byte of input: a text of no length is two reads from one byte. */
  readsPerByte: 2,
  /** Units (see {@link countUnits}) of the decoded value for each byte of input … */
  unitsPerByte: 4,
  /** … beyond those that the fields of the outermost struct have in any case. */
  unitsToBeginWith: 100,
  /** Arrays and structs inside one another, the message itself and a list of unknown tagged fields in the deepest struct counted. */
  depth: 12,
  /** Calls inside one another for each of those: one for the field, one for what it holds. */
  callsPerDepth: 2,
  /** Bytes that decoding a message copies into buffers of its own. */
  bufferBytes: 0,
} as const;

/** What cutting a stream into frames holds to. */
export const streams = {
  /** Bytes of memory that an unfinished frame keeps alive, whatever the chunks are views of, for each byte that it may have … */
  memoryPerByte: 2,
  /** … and for the bytes of its size. */
  sizeBytes: 4,
  /** Of the bytes that are here no more is kept alive than so much for each, and room for short pieces to come. */
  roomBytes: 16 * 1024,
  /** Bytes copied for each byte of the stream: short pieces once as they come, and all when the frame is put together. */
  copiesPerByte: 2,
} as const;

/** What reading a record set holds to. */
export const recordSets = {
  /** The fewest bytes of a batch: a message of magic 0 without key and value. */
  smallestBatch: 26,
  /** The fewest bytes of a record of magic 2; each is one step of a cursor. */
  smallestRecord: 7,
  /** Units of the records as objects, for each byte of the batch or of what was decompressed from it … */
  unitsPerByte: 4,
  /** … beyond these. */
  unitsToBeginWith: 2,
  /** Bytes of buffers made for a record set in one uncompressed piece. */
  bufferBytes: 0,
  /** For a record set in several pieces: a batch that crosses a border is copied once, and the bytes that tell its size once more. */
  bufferBytesPerByte: 1,
  bufferBytesPerPiece: 12,
} as const;

/** What a decompressor holds to. */
export const decompression = {
  /** Bytes of buffers that are made altogether, for each byte of the limit: growing output is copied once for each doubling … */
  bufferBytesPerByte: 3,
  /** … beyond a chunk of Node's own decompressors, and a copy of it. */
  bufferBytesToBeginWith: 512 * 1024,
  /** The most that one byte of a payload can become, by codec; where that is less than the limit, it takes the limit's place. */
  largestRatio: { none: 1, gzip: 1032, snappy: 32, lz4: 255, zstd: 32 * 1024 },
} as const;

/** The bytes of buffers that decompressing a payload may make. */
export function decompressionBytes(name: CompressionName, payload: Buffer, limit: number): number {
  const most = Math.min(limit, decompression.largestRatio[name] * payload.length);
  return decompression.bufferBytesPerByte * most + decompression.bufferBytesToBeginWith;
}

/**
 * Counts what a decoded value is made of: an object, array, buffer view, uuid or bigint is one; so is each key of an object, each
 * element of an array, and each UTF-16 unit of text (a uuid holds 22 of them). What several places share, as the defaults of
 * fields that a version lacks, is counted once.
 */
export function countUnits(value: unknown, seen: Set<object> = new Set()): number {
  if (typeof value === "string") return value.length;
  if (typeof value === "bigint") return 1;
  if (typeof value !== "object" || value === null || seen.has(value)) return 0;
  seen.add(value);
  if (value instanceof Uuid) return uuidUnits;
  if (Buffer.isBuffer(value)) return 1;
  const members: unknown[] = Array.isArray(value) ? value : Object.values(value);
  let units = 1 + members.length;
  for (const member of members) units += countUnits(member, seen);
  return units;
}

/** How deep arrays and objects lie inside one another in a decoded value. */
export function depthOf(value: unknown): number {
  if (typeof value !== "object" || value === null || value instanceof Uuid || Buffer.isBuffer(value)) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

/** What the value of a message can hold at most, by its schema: `fixed + perByte * bytes` units. */
export interface Growth {
  readonly fixed: number;
  readonly perByte: number;
}

/** Computes from the schema how a message can grow in one version; remembered. */
export function growthOf(message: Message, version: number): Growth {
  let versions = known.get(message);
  if (versions === undefined) known.set(message, (versions = []));
  return (versions[version] ??= computeGrowth(message, version));
}

const known = new WeakMap<Message, Growth[]>();

function computeGrowth({ fields, flexible }: Message, version: number): Growth {
  const place = { version, flexible: includes(flexible, version) };
  const type = { kind: "struct", fields } as const;
  return { fixed: structOf(fields, place).units + sharedUnits(type), perByte: Math.max(...growths(type, place)) };
}

/** How deep the values of a type can go: a struct may always hold a list of unknown tagged fields. */
export function schemaDepth(type: FieldType): number {
  if (type.kind === "array") return 1 + schemaDepth(type.element);
  if (type.kind !== "struct") return 0;
  return 1 + Math.max(2, ...Object.values(type.fields).map(({ spec }) => schemaDepth(spec.type)));
}

const uuidUnits = 23;

interface Place {
  readonly version: number;
  readonly flexible: boolean;
}

/** The fewest bytes of something, and the most units that so many bytes can be. */
interface Smallest {
  readonly bytes: number;
  readonly units: number;
}

function structOf(fields: Fields, place: Place): Smallest {
  let bytes = place.flexible ? 1 : 0;
  let units = 1;
  for (const { spec } of Object.values(fields)) {
    units++;
    if (!includes(spec.versions, place.version) || isTagged(spec, place.version)) {
      const shared = defaultOf(spec);
      if (typeof shared !== "object") units += countUnits(shared);
      continue;
    }
    const smallest = memberOf(spec, place);
    bytes += smallest.bytes;
    units += smallest.units;
  }
  return { bytes, units };
}

/** All default values below a type that are objects: a decoder makes them once, and every value it decodes shares them. */
function sharedUnits(type: FieldType): number {
  if (type.kind === "array") return sharedUnits(type.element);
  if (type.kind !== "struct") return 0;
  return Object.values(type.fields).reduce((units, { spec }) => {
    const shared = defaultOf(spec);
    return units + (typeof shared === "object" ? countUnits(shared) : 0) + sharedUnits(spec.type);
  }, 0);
}

function memberOf(spec: FieldSpec, place: Place): Smallest {
  const isNullableStruct = spec.type.kind === "struct" && includes(spec.nullable, place.version);
  return isNullableStruct ? { bytes: 1, units: 0 } : smallestOf(spec.type, within(spec, place));
}

function smallestOf(type: FieldType, place: Place): Smallest {
  switch (type.kind) {
    case "bool":
    case "int8":
      return { bytes: 1, units: 0 };
    case "int16":
    case "uint16":
      return { bytes: 2, units: 0 };
    case "int32":
    case "uint32":
      return { bytes: 4, units: 0 };
    case "float64":
      return { bytes: 8, units: 0 };
    case "int64":
      return { bytes: 8, units: 1 };
    case "uuid":
      return { bytes: 16, units: uuidUnits };
    case "string":
      return { bytes: place.flexible ? 1 : 2, units: 0 };
    case "bytes":
    case "records":
    case "array":
      return { bytes: place.flexible ? 1 : 4, units: 1 };
    case "struct":
      return structOf(type.fields, place);
    default:
      return type satisfies never;
  }
}

/**
 * Every way in which a value can become larger than its smallest, as units per byte. A value is its smallest form and such steps, so
 * the largest of them bounds the whole.
 */
function growths(type: FieldType, place: Place): number[] {
  switch (type.kind) {
    case "string":
      return [1];
    case "array": {
      const element = smallestOf(type.element, place);
      return [(1 + element.units) / Math.max(1, element.bytes), ...growths(type.element, place)];
    }
    case "struct": {
      const members = Object.values(type.fields).filter(({ spec }) => includes(spec.versions, place.version));
      return [...(place.flexible ? [unknownTag] : [0]), ...members.flatMap(({ spec }) => memberGrowths(spec, place))];
    }
    default:
      return [0];
  }
}

/** The first unknown tagged field of a struct: its list under a key of its own, and an entry of two keys and a view, from two bytes. */
const unknownTag = (1 + 1 + 1 + 1 + 2 + 1) / 2;

function memberGrowths(spec: FieldSpec, place: Place): number[] {
  const inside = within(spec, place);
  const grown = growths(spec.type, inside);
  const smallest = smallestOf(spec.type, inside);
  if (isTagged(spec, place.version)) grown.push(smallest.units / (2 + smallest.bytes));
  else if (spec.type.kind === "struct" && includes(spec.nullable, place.version))
    grown.push(smallest.units / Math.max(1, smallest.bytes));
  return grown;
}

function within(spec: FieldSpec, place: Place): Place {
  return { ...place, flexible: place.flexible && spec.flexible };
}
