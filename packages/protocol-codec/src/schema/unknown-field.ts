import type { Fields, FieldType } from "./fields.js";

/** Looks for a property that the schema does not name, at any depth, and returns its path; undefined when there is none. */
export function unknownField(fields: Fields, value: unknown): string | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  for (const [name, member] of Object.entries(value)) {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (field === undefined) {
      if (name !== "unknownTaggedFields" && member !== undefined) return name;
      continue;
    }
    const inside = unknownInside(field.spec.type, member);
    if (inside !== undefined) return name + inside;
  }
  return undefined;
}

function unknownInside(type: FieldType, value: unknown): string | undefined {
  if (type.kind === "struct") {
    const inside = unknownField(type.fields, value);
    return inside === undefined ? undefined : `.${inside}`;
  }
  if (type.kind !== "array" || type.element.kind !== "struct" || !Array.isArray(value)) return undefined;
  for (const [index, element] of value.entries()) {
    const inside = unknownInside(type.element, element);
    if (inside !== undefined) return `[${index}]${inside}`;
  }
  return undefined;
}
