import { Uuid } from "../wire/uuid.js";
import type { Fields, FieldSpec, FieldType } from "./fields.js";

const emptyBuffer = Buffer.alloc(0);
const emptyArray: readonly unknown[] = Object.freeze([]);

/** The value of a field that is left out of a message, or that a version does not have. */
export function defaultValue(spec: FieldSpec): unknown {
  if (spec.default !== undefined) return spec.default;
  return typeDefault(spec.type);
}

/** Whether `value` is the field's default, compared by content. */
export function isDefault(spec: FieldSpec, value: unknown): boolean {
  if (spec.default === undefined) return isTypeDefault(spec.type, value);
  if (value instanceof Uuid && spec.default instanceof Uuid) return value.equals(spec.default);
  return Object.is(value, spec.default);
}

function typeDefault(type: FieldType): unknown {
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
      return emptyBuffer;
    case "array":
      return emptyArray;
    case "struct":
      return structDefault(type.fields);
    default:
      return 0;
  }
}

/** Frozen, because every message that lacks the struct holds the same one. */
function structDefault(fields: Fields): Readonly<Record<string, unknown>> {
  return Object.freeze(
    Object.fromEntries(Object.entries(fields).map(([name, { spec }]) => [name, defaultValue(spec)])),
  );
}

function isTypeDefault(type: FieldType, value: unknown): boolean {
  switch (type.kind) {
    case "uuid":
      return value instanceof Uuid && value.isZero;
    case "bytes":
      return value instanceof Uint8Array && value.length === 0;
    case "records":
      return (value instanceof Uint8Array || Array.isArray(value)) && value.length === 0;
    case "array":
      return Array.isArray(value) && value.length === 0;
    case "struct":
      return isStructDefault(type.fields, value);
    default:
      // Object.is tells -0.0 from 0.0, as Java's comparison of doubles does.
      return Object.is(value, typeDefault(type));
  }
}

function isStructDefault(fields: Fields, value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const given = value as Record<string, unknown>;
  if (Array.isArray(given["unknownTaggedFields"]) && given["unknownTaggedFields"].length > 0) return false;
  return Object.entries(fields).every(([name, { spec }]) => given[name] === undefined || isDefault(spec, given[name]));
}
