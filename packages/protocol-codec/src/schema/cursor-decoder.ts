import { ReadFailure, type Reader } from "../wire/reader.js";
import type { Fields, FieldType, UnknownTaggedField } from "./fields.js";
import type { FieldPath } from "./path.js";
import { minimumBytes, planStruct, type PlannedField, type PlannedTag, type StructPlan } from "./plan.js";

/** Reads one value and moves the cursor behind it. */
export type Read = (reader: Reader) => unknown;

/** Reads something into the struct under construction. */
export type ReadInto = (reader: Reader, struct: Record<string, unknown>) => void;

/** What reading a value depends on; the elements of an array have no more than this. */
type Shape = Pick<PlannedField, "type" | "nullable" | "flexible">;

/** A quicker way to read many structs of one kind, and from how many on it is quicker. */
export interface ManyStructs {
  readonly from: number;
  compile(fields: Fields, version: number, flexible: boolean): (reader: Reader, count: number) => unknown[];
}

/** What is the same for all fields of one compilation. */
export interface DecodeContext {
  readonly version: number;
  /** Kept up to date by the closures, if given. */
  readonly path?: FieldPath | undefined;
  /** Takes over where arrays of structs are long, if given. */
  readonly manyStructs?: ManyStructs | undefined;
}

/** Compiles a struct's fields to closures over a cursor. */
export function compileCursorDecoder(fields: Fields, flexible: boolean, context: DecodeContext): Read {
  return structReader(planStruct(fields, context.version, flexible), context);
}

function structReader(plan: StructPlan, context: DecodeContext): Read {
  const reads = plan.present.map((field) => traced(field.name, memberReader(field, context), context));
  const names = plan.present.map(({ name }) => name);
  const { defaults } = plan;
  const readTags = plan.flexible ? tagsReader(plan.tagged, context) : undefined;
  return (reader) => {
    const struct: Record<string, unknown> = {};
    for (let i = 0; i < reads.length; i++) struct[names[i]!] = reads[i]!(reader);
    for (let i = 0; i < defaults.names.length; i++) struct[defaults.names[i]!] = defaults.values[i];
    readTags?.(reader, struct);
    return struct;
  };
}

/** How errors name the tagged section itself, when it is broken outside of any field. */
const sectionName = "unknownTaggedFields";

/** Reads the tagged section at the end of a flexible struct. */
export function tagsReader(tagged: readonly PlannedTag[], context: DecodeContext): ReadInto {
  const known = new Map(
    tagged.map((field) => {
      const readValue = taggedValueReader(field, context);
      const read = traced(field.name, (reader: Reader) => readSized(reader, readValue), context);
      return [field.tag, { name: field.name, read }];
    }),
  );
  const readCount = traced(sectionName, countTags, context);
  const readHead = traced(sectionName, readTagHead, context);
  const readUnknown = traced(sectionName, readUnknownTag, context);
  return (reader, struct) => {
    const count = readCount(reader);
    if (count === 0) return;
    const unknown: UnknownTaggedField[] = [];
    let previous = -1;
    for (let i = 0; i < count; i++) {
      const tag = readHead(reader, previous);
      previous = tag;
      const field = known.get(tag);
      if (field === undefined) unknown.push(readUnknown(reader, tag));
      else struct[field.name] = field.read(reader);
    }
    if (unknown.length > 0) struct[sectionName] = unknown;
  };
}

function countTags(reader: Reader): number {
  const count = reader.uvarint();
  if (count > 0) reader.checkCount(count, 2);
  return count;
}

function readTagHead(reader: Reader, previous: number): number {
  const tag = reader.uvarint();
  if (tag <= previous) throw new ReadFailure(`tag ${tag} after tag ${previous}: tags have to ascend`);
  return tag;
}

function readUnknownTag(reader: Reader, tag: number): UnknownTaggedField {
  return { tag, data: reader.bytes(reader.uvarint()) };
}

function readSized(reader: Reader, read: Read): unknown {
  const size = reader.uvarint();
  if (size > reader.left) throw new ReadFailure(`${size} bytes wanted, ${reader.left} left`);
  const end = reader.offset + size;
  const value = read(reader);
  if (reader.offset !== end)
    throw new ReadFailure(`a tagged field of ${size} bytes ended ${reader.offset - end} bytes off`);
  return value;
}

/** In a tagged section a nullable struct is marked by a varint, elsewhere by a byte. */
function taggedValueReader(field: PlannedField, context: DecodeContext): Read {
  if (field.type.kind !== "struct" || !field.nullable) return memberReader(field, context);
  const read = structReader(planStruct(field.type.fields, context.version, field.flexible), context);
  return (reader) => (reader.uvarint() === 0 ? null : read(reader));
}

/** Reads one value that is not tagged. */
export function memberReader(shape: Shape, context: DecodeContext): Read {
  const { type, nullable, flexible } = shape;
  switch (type.kind) {
    case "bool":
      return (reader) => reader.bool();
    case "int8":
      return (reader) => reader.int8();
    case "int16":
      return (reader) => reader.int16();
    case "uint16":
      return (reader) => reader.uint16();
    case "int32":
      return (reader) => reader.int32();
    case "uint32":
      return (reader) => reader.uint32();
    case "int64":
      return (reader) => reader.int64();
    case "float64":
      return (reader) => reader.float64();
    case "uuid":
      return (reader) => reader.uuid();
    case "string":
      return sizedReader(flexible ? compactStringLength : length16, nullable, (reader, length) => reader.text(length));
    case "bytes":
    case "records":
      return sizedReader(flexible ? compactLength : length32, nullable, (reader, length) => reader.bytes(length));
    case "array":
      return arrayReader(shape, type.element, context);
    case "struct":
      return nestedReader(type.fields, flexible, nullable, context);
    default:
      return type satisfies never;
  }
}

const length16 = (reader: Reader): number => reader.length16();
const length32 = (reader: Reader): number => reader.length32();
const compactLength = (reader: Reader): number => reader.compactLength();
const compactStringLength = (reader: Reader): number => reader.compactStringLength();

function sizedReader(
  readLength: (reader: Reader) => number,
  nullable: boolean,
  read: (reader: Reader, length: number) => unknown,
): Read {
  return (reader) => {
    const length = readLength(reader);
    if (length >= 0) return read(reader, length);
    if (nullable) return null;
    throw new ReadFailure("null where a value is required");
  };
}

/** Reads how many elements an array has, -1 for null, and checks that so many can follow. */
export function countReader({ type, nullable, flexible }: Shape, version: number): (reader: Reader) => number {
  const readLength = flexible ? compactLength : length32;
  // At least one byte, whatever the schema says: a count alone must never make memory.
  const minimum = type.kind === "array" ? Math.max(1, minimumBytes(type.element, version, flexible)) : 1;
  return (reader) => {
    const count = readLength(reader);
    if (count < 0 && !nullable) throw new ReadFailure("null where a value is required");
    reader.checkCount(count, minimum);
    return count;
  };
}

function arrayReader(shape: Shape, element: FieldType, context: DecodeContext): Read {
  const { version, path, manyStructs } = context;
  const { flexible } = shape;
  const readCount = countReader(shape, version);
  if (element.kind === "int32") return int32ArrayReader(readCount);
  const read = memberReader({ type: element, nullable: false, flexible }, context);
  const many = element.kind === "struct" ? manyStructs : undefined;
  const from = many?.from ?? Infinity;
  let readMany: ReturnType<ManyStructs["compile"]> | undefined;
  return (reader) => {
    const count = readCount(reader);
    if (count < 0) return null;
    if (count >= from && many !== undefined && element.kind === "struct") {
      readMany ??= many.compile(element.fields, version, flexible);
      return readMany(reader, count);
    }
    const elements: unknown[] = [];
    for (let i = 0; i < count; i++)
      elements.push(path === undefined ? read(reader) : path.within(i, () => read(reader)));
    return elements;
  };
}

/** Node ids and partition numbers are most of a large Metadata response; their count is their length, so one check does. */
function int32ArrayReader(readCount: (reader: Reader) => number): Read {
  return (reader) => {
    const count = readCount(reader);
    return count < 0 ? null : reader.int32s(count);
  };
}

function nestedReader(fields: Fields, flexible: boolean, nullable: boolean, context: DecodeContext): Read {
  const read = structReader(planStruct(fields, context.version, flexible), context);
  return nullable ? (reader) => (reader.int8() < 0 ? null : read(reader)) : read;
}

function traced<A extends unknown[], T>(
  name: string,
  read: (reader: Reader, ...args: A) => T,
  { path }: DecodeContext,
): (reader: Reader, ...args: A) => T {
  return path === undefined ? read : (reader, ...args) => path.within(name, () => read(reader, ...args));
}
