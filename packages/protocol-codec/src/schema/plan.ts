import { defaultValue } from "./defaults.js";
import type { Fields, FieldSpec, FieldType } from "./fields.js";
import { includesVersion } from "./versions.js";

/** A field as one version sees it. */
export interface PlannedField {
  readonly name: string;
  readonly spec: FieldSpec;
  readonly type: FieldType;
  readonly nullable: boolean;
  /** Compact lengths, and tagged sections in nested structs. */
  readonly flexible: boolean;
}

/** A tagged field with its number. */
export interface PlannedTag extends PlannedField {
  readonly tag: number;
}

/** A struct as one version sees it: what is on the wire in order, what is tagged, and what this version lacks. */
export interface StructPlan {
  readonly present: readonly PlannedField[];
  /** Ascending by tag. */
  readonly tagged: readonly PlannedTag[];
  readonly absent: readonly PlannedField[];
  /** What a decoded object has besides the present fields, with the defaults: tagged fields may be left out, absent ones always are. */
  readonly defaults: { readonly names: readonly string[]; readonly values: readonly unknown[] };
  readonly flexible: boolean;
}

/** Sorts a struct's fields by what `version` does with them. */
export function planStruct(fields: Fields, version: number, flexible: boolean): StructPlan {
  const all = Object.entries(fields).map(([name, { spec }]): PlannedField => ({
    name,
    spec,
    type: spec.type,
    nullable: includesVersion(spec.nullable, version),
    flexible: flexible && spec.flexible,
  }));
  const exists = all.filter(({ spec }) => includesVersion(spec.versions, version));
  const isTagged = ({ spec }: PlannedField): boolean => spec.tag !== undefined && includesVersion(spec.tagged, version);
  const present = exists.filter((field) => !isTagged(field));
  const others = all.filter((field) => !present.includes(field));
  return {
    present,
    tagged: exists
      .filter(isTagged)
      .map((field): PlannedTag => ({ ...field, tag: field.spec.tag ?? 0 }))
      .sort((a, b) => a.tag - b.tag),
    absent: all.filter((field) => !exists.includes(field)),
    defaults: {
      names: others.map(({ name }) => name),
      values: others.map(({ spec }) => defaultValue(spec)),
    },
    flexible,
  };
}

/** The fewest bytes that a value of `type` takes: what a count of elements is checked against before anything is allocated. */
export function minimumBytes(type: FieldType, version: number, flexible: boolean, nullable = false): number {
  switch (type.kind) {
    case "bool":
    case "int8":
      return 1;
    case "int16":
    case "uint16":
      return 2;
    case "int32":
    case "uint32":
      return 4;
    case "int64":
    case "float64":
      return 8;
    case "uuid":
      return 16;
    case "string":
      return flexible ? 1 : 2;
    case "bytes":
    case "records":
    case "array":
      return flexible ? 1 : 4;
    case "struct":
      return nullable ? 1 : structMinimumBytes(type.fields, version, flexible);
    default:
      return type satisfies never;
  }
}

function structMinimumBytes(fields: Fields, version: number, flexible: boolean): number {
  const { present } = planStruct(fields, version, flexible);
  const sum = present.reduce(
    (total, field) => total + minimumBytes(field.type, version, field.flexible, field.nullable),
    0,
  );
  return sum + (flexible ? 1 : 0);
}
