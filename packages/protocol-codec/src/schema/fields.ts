import type { Uuid } from "../wire/uuid.js";
import { allVersions, noVersions, parseVersions, type VersionRange } from "./versions.js";

/** The wire types that have no parts. */
export type PrimitiveName =
  | "bool"
  | "int8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "float64"
  | "string"
  | "uuid"
  | "bytes"
  | "records";

/** What a field holds. */
export type FieldType =
  | { readonly kind: PrimitiveName }
  | { readonly kind: "array"; readonly element: FieldType }
  | { readonly kind: "struct"; readonly fields: Fields };

/** Everything that Kafka's schemas say of a field, besides its name. */
export interface FieldSpec {
  readonly type: FieldType;
  /** Versions in which the field exists. */
  readonly versions: VersionRange;
  /** Versions in which it may be null. */
  readonly nullable: VersionRange;
  /** The number under which it travels in the tagged section. */
  readonly tag: number | undefined;
  /** Versions in which it is tagged. */
  readonly tagged: VersionRange;
  /** The value of a field left out; undefined means the type's own: 0, "", false, empty, or a struct of defaults. */
  readonly default: unknown;
  /** Whether a version without the field may drop a value that is not the default. */
  readonly ignorable: boolean;
  /** False for the one string that keeps its classic length in flexible versions. */
  readonly flexible: boolean;
}

/** A struct's fields by name, in wire order. */
export type Fields = { readonly [name: string]: Field<any, any> };

/**
 * One field of a message. `Out` is what decoding gives, `In` what encoding takes. Immutable: every method gives a new
 * field, so a chain reads like the line of Kafka's schema that it stands for.
 */
export class Field<Out, In = Out> {
  declare readonly out: Out;
  declare readonly input: In;
  readonly spec: FieldSpec;

  constructor(spec: FieldSpec) {
    this.spec = spec;
  }

  /** The versions that have the field, for example `"3+"`; without it, all. */
  in(versions: string): this {
    return this.#with({ versions: parseVersions(versions) });
  }

  /** The value of a field left out, where it is not the type's own. */
  default(value: Out): this {
    return this.#with({ default: value });
  }

  /** Puts the field into the tagged section, in the given versions. */
  tag(tag: number, versions: string): this {
    return this.#with({ tag, tagged: parseVersions(versions) });
  }

  /** A version without the field drops its value instead of failing. */
  get ignorable(): this {
    return this.#with({ ignorable: true });
  }

  /** Keeps the classic encoding in flexible versions. */
  get inflexible(): this {
    return this.#with({ flexible: false });
  }

  #with(change: Partial<FieldSpec>): this {
    return new Field({ ...this.spec, ...change }) as this;
  }
}

/*
 * The fields that have parts are interfaces of their own, so that a declaration file shows the parts as they were
 * written, with the comments on them; a type computed from the parts would lose those.
 */

/** A field that holds a group of fields. */
export interface StructField<S extends Fields> extends Field<StructOut<S>, StructIn<S>> {}

/** A field that holds a list of groups of fields. */
export interface StructArrayField<S extends Fields> extends Field<readonly StructOut<S>[], readonly StructIn<S>[]> {}

/** A field that holds a list of values without parts. */
export interface ArrayField<F extends Field<any, any>> extends Field<readonly FieldOut<F>[], readonly FieldIn<F>[]> {}

/** A field that may be null. */
export interface NullableField<F extends Field<any, any>> extends Field<FieldOut<F> | null, FieldIn<F> | null> {}

function field<Out, In = Out>(type: FieldType): Field<Out, In> {
  return new Field<Out, In>({
    type,
    versions: allVersions,
    nullable: noVersions,
    tag: undefined,
    tagged: noVersions,
    default: undefined,
    ignorable: false,
    flexible: true,
  });
}

/** One byte, false or true. */
export const bool: Field<boolean> = field({ kind: "bool" });
/** A signed integer of 8 bits. */
export const int8: Field<number> = field({ kind: "int8" });
/** A signed integer of 16 bits. */
export const int16: Field<number> = field({ kind: "int16" });
/** An unsigned integer of 16 bits. */
export const uint16: Field<number> = field({ kind: "uint16" });
/** A signed integer of 32 bits. */
export const int32: Field<number> = field({ kind: "int32" });
/** An unsigned integer of 32 bits. */
export const uint32: Field<number> = field({ kind: "uint32" });
/** A signed integer of 64 bits, as a bigint. */
export const int64: Field<bigint> = field({ kind: "int64" });
/** An IEEE 754 double. */
export const float64: Field<number> = field({ kind: "float64" });
/** UTF-8 text of at most 32,767 bytes. */
export const string: Field<string> = field({ kind: "string" });
/** 128 bits that name a topic, a member or a directory. */
export const uuid: Field<Uuid> = field({ kind: "uuid" });
/** A run of bytes. */
export const bytes: Field<Buffer> = field({ kind: "bytes" });
/** Whole record batches; to encode, also a list of buffers that are sent one after another without being joined. */
export const records: Field<Buffer, Buffer | readonly Buffer[]> = field({ kind: "records" });

/** A list of elements: of structs if given fields, of primitives if given a field. */
export function array<F extends Field<any, any>>(element: F): ArrayField<F>;
export function array<S extends Fields>(element: S): StructArrayField<S>;
export function array(element: Field<unknown> | Fields): Field<any> {
  return field({
    kind: "array",
    element: element instanceof Field ? element.spec.type : { kind: "struct", fields: element },
  });
}

/** A group of fields. */
export function struct<S extends Fields>(fields: S): StructField<S> {
  return field({ kind: "struct", fields });
}

/** The same field, null admitted in the given versions (without any given, in all). */
export function nullable<F extends Field<any, any>>(of: F, versions = "0+"): NullableField<F> {
  return new Field({ ...of.spec, nullable: parseVersions(versions) });
}

/** What decoding gives of a field. */
export type FieldOut<F> = F extends Field<infer O, any> ? O : never;
/** What encoding takes for a field. */
export type FieldIn<F> = F extends Field<any, infer I> ? I : never;

/** A tagged field that the schema does not know, kept so that it survives a round trip. */
export interface UnknownTaggedField {
  readonly tag: number;
  readonly data: Buffer;
}

/** What every struct has besides the fields of its schema. */
export interface WithUnknownTags {
  /** Tagged fields of a later Kafka, ascending by tag; absent when there are none. */
  readonly unknownTaggedFields?: Field<readonly UnknownTaggedField[]>;
}

// Conditional, though the condition always holds, because editors then show a decoded message as if it were written out,
// and not as this name applied to a schema.

/** A decoded struct: every field, and the tagged fields that the schema does not know, if there were any. */
export type StructOut<S extends Fields> = S extends Fields
  ? { readonly [K in keyof (S & WithUnknownTags)]: FieldOut<(S & WithUnknownTags)[K]> }
  : never;

/** A struct to encode: a field left out takes its default. */
export type StructIn<S extends Fields> = S extends Fields
  ? { readonly [K in keyof (S & WithUnknownTags)]?: FieldIn<(S & WithUnknownTags)[K]> | undefined }
  : never;
