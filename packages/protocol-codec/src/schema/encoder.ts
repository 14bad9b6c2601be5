import { asBuffer, kindOf } from "../arguments.js";
import { Writer, WriteFailure } from "../wire/writer.js";
import { defaultValue, isDefault } from "./defaults.js";
import type { Fields, FieldType, UnknownTaggedField } from "./fields.js";
import type { FieldPath } from "./path.js";
import { planStruct, type PlannedField, type PlannedTag, type StructPlan } from "./plan.js";

/** Writes one value. */
export type Write = (writer: Writer, value: unknown) => void;

type Struct = Readonly<Record<string, unknown>>;

interface Context {
  readonly version: number;
  readonly path: FieldPath | undefined;
}

type Shape = Pick<PlannedField, "type" | "nullable" | "flexible">;

/** Compiles a struct's fields to closures that write; given a path, the closures keep it up to date. */
export function compileEncoder(fields: Fields, version: number, flexible: boolean, path?: FieldPath): Write {
  return structWriter(planStruct(fields, version, flexible), { version, path });
}

function structWriter(plan: StructPlan, context: Context): Write {
  const writes = plan.present.map((field) => memberWriter(field, context));
  const dropped = plan.absent.filter(({ spec }) => !spec.ignorable);
  const writeTags = plan.flexible ? taggedWriter(plan.tagged, context) : refuseUnknownTags;
  return (writer, value) => {
    if (typeof value !== "object" || value === null || Array.isArray(value))
      throw new WriteFailure(`an object wanted, not ${kindOf(value)}`);
    const struct = value as Struct;
    for (let i = 0; i < writes.length; i++) (writes[i] as (writer: Writer, struct: Struct) => void)(writer, struct);
    for (let i = 0; i < dropped.length; i++) checkDropped(dropped[i] as PlannedField, struct, context);
    writeTags(writer, struct);
  };
}

function memberWriter(field: PlannedField, context: Context): (writer: Writer, struct: Struct) => void {
  const { name, spec } = field;
  const { path } = context;
  const write = valueWriter(field, context);
  const fallback = defaultValue(spec);
  const writeMember = (writer: Writer, struct: Struct): void => {
    const value = struct[name];
    write(writer, value === undefined ? fallback : value);
  };
  return path === undefined ? writeMember : (writer, struct) => path.within(name, () => writeMember(writer, struct));
}

/** A value that this version has no field for must be the default, or it would be lost without a word. */
function checkDropped({ name, spec }: PlannedField, struct: Struct, { version, path }: Context): void {
  const value = struct[name];
  if (value === undefined || isDefault(spec, value)) return;
  const fail = (): never => {
    throw new WriteFailure(`version ${version} has no such field, and its value is not the default`);
  };
  if (path === undefined) fail();
  else path.within(name, fail);
}

function refuseUnknownTags(_writer: Writer, struct: Struct): void {
  if (unknownTags(struct).length > 0)
    throw new WriteFailure("unknownTaggedFields in a version that has no tagged fields");
}

const noTags: readonly UnknownTaggedField[] = [];

function unknownTags(struct: Struct): readonly UnknownTaggedField[] {
  const given = struct["unknownTaggedFields"];
  if (given === undefined) return noTags;
  if (!Array.isArray(given)) throw new WriteFailure(`unknownTaggedFields: an array wanted, not ${kindOf(given)}`);
  for (const each of given as readonly Partial<UnknownTaggedField>[]) {
    const { tag, data } = each ?? {};
    if (!Number.isInteger(tag) || tag! < 0 || tag! > 0xffff_ffff || !(data instanceof Uint8Array))
      throw new WriteFailure(
        "unknownTaggedFields: each has to be { tag, data }: a whole number of 32 bits, and a Buffer",
      );
  }
  return given as readonly UnknownTaggedField[];
}

/** Writes the tagged section at the end of a flexible struct: known and unknown fields together, ascending by tag. */
export function taggedWriter(
  tagged: readonly PlannedTag[],
  context: Context,
): (writer: Writer, struct: Struct) => void {
  const known = tagged.map((field) => ({ ...field, write: taggedValueWriter(field, context) }));
  return (writer, struct) => {
    const unknown = unknownTags(struct);
    if (known.length === 0 && unknown.length === 0) return writer.uvarint(0);
    const entries = unknown.map(({ tag, data }) => {
      const field = known.find((each) => each.tag === tag);
      if (field !== undefined) throw new WriteFailure(`unknownTaggedFields: tag ${tag} is the field ${field.name}`);
      return { tag, pieces: [asBuffer(data, "data")], length: data.length };
    });
    for (const { name, tag, spec, write } of known) {
      const value = struct[name];
      if (value === undefined || isDefault(spec, value)) continue;
      const nested = new Writer(64);
      if (context.path === undefined) write(nested, value);
      else context.path.within(name, () => write(nested, value));
      entries.push({ tag, length: nested.length, pieces: nested.finish() });
    }
    entries.sort((a, b) => a.tag - b.tag);
    writer.uvarint(entries.length);
    let previous = -1;
    for (const { tag, pieces, length } of entries) {
      if (tag === previous) throw new WriteFailure(`tag ${tag} twice`);
      previous = tag;
      writer.uvarint(tag);
      writer.uvarint(length);
      for (const piece of pieces) writer.bytes(piece);
    }
  };
}

/** In a tagged section a nullable struct is marked by a varint, elsewhere by a byte. */
function taggedValueWriter(field: PlannedTag, context: Context): Write {
  if (field.type.kind !== "struct" || !field.nullable) return valueWriter(field, context);
  const write = structWriter(planStruct(field.type.fields, context.version, field.flexible), context);
  return (writer, value) => {
    writer.uvarint(value === null ? 0 : 1);
    if (value !== null) write(writer, value);
  };
}

function valueWriter({ type, nullable, flexible }: Shape, context: Context): Write {
  switch (type.kind) {
    case "bool":
      return (writer, value) => writer.bool(value as boolean);
    case "int8":
      return (writer, value) => writer.int8(value as number);
    case "int16":
      return (writer, value) => writer.int16(value as number);
    case "uint16":
      return (writer, value) => writer.uint16(value as number);
    case "int32":
      return (writer, value) => writer.int32(value as number);
    case "uint32":
      return (writer, value) => writer.uint32(value as number);
    case "int64":
      return (writer, value) => writer.int64(value as bigint);
    case "float64":
      return (writer, value) => writer.float64(value as number);
    case "uuid":
      return (writer, value) => writer.uuid(value as never);
    case "string":
      return stringWriter(nullable, flexible);
    case "bytes":
    case "records":
      return bytesWriter(nullable, flexible);
    case "array":
      return arrayWriter(type.element, nullable, flexible, context);
    case "struct":
      return nestedWriter(type.fields, nullable, flexible, context);
    default:
      return type satisfies never;
  }
}

function stringWriter(nullable: boolean, flexible: boolean): Write {
  return (writer, value) => {
    if (value === null) writeNull(writer, nullable, flexible, 16);
    else if (flexible) writer.compactString(value as string);
    else writer.string(value as string);
  };
}

function bytesWriter(nullable: boolean, flexible: boolean): Write {
  return (writer, value) => {
    if (value === null) return writeNull(writer, nullable, flexible, 32);
    const pieces = piecesOf(value);
    writeLength(
      writer,
      pieces.reduce((total: number, { length }) => total + length, 0),
      flexible,
    );
    for (const piece of pieces) writer.bytes(piece);
  };
}

/** Byte fields take any bytes, records also a list of them. */
function piecesOf(value: unknown): readonly Buffer[] {
  if (Buffer.isBuffer(value)) return [value];
  const pieces: unknown = value instanceof Uint8Array ? [value] : value;
  if (!Array.isArray(pieces) || !pieces.every((piece) => piece instanceof Uint8Array))
    throw new WriteFailure(`a Buffer wanted, not ${kindOf(value)}`);
  return pieces.map((piece: Uint8Array) => asBuffer(piece, "bytes"));
}

function arrayWriter(element: FieldType, nullable: boolean, flexible: boolean, context: Context): Write {
  const { path } = context;
  const write = valueWriter({ type: element, nullable: false, flexible }, context);
  return (writer, value) => {
    if (value === null) return writeNull(writer, nullable, flexible, 32);
    if (!Array.isArray(value)) throw new WriteFailure(`an array wanted, not ${kindOf(value)}`);
    const elements: readonly unknown[] = value;
    writeLength(writer, elements.length, flexible);
    for (let i = 0; i < elements.length; i++) {
      if (path === undefined) write(writer, elements[i]);
      else path.within(i, () => write(writer, elements[i]));
    }
  };
}

function nestedWriter(fields: Fields, nullable: boolean, flexible: boolean, context: Context): Write {
  const write = structWriter(planStruct(fields, context.version, flexible), context);
  if (!nullable) return write;
  return (writer, value) => {
    writer.int8(value === null ? -1 : 1);
    if (value !== null) write(writer, value);
  };
}

function writeLength(writer: Writer, length: number, flexible: boolean): void {
  if (flexible) writer.uvarint(length + 1);
  else writer.int32(length);
}

function writeNull(writer: Writer, nullable: boolean, flexible: boolean, lengthBits: 16 | 32): void {
  if (!nullable) throw new WriteFailure("null where this version requires a value");
  if (flexible) writer.uvarint(0);
  else if (lengthBits === 16) writer.int16(-1);
  else writer.int32(-1);
}
