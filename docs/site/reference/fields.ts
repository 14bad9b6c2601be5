import type { DeclarationReflection, SomeType } from "typedoc";
import { summaryText } from "./comment-text.js";
import type { Links } from "./links.js";
import { literal, typeText } from "./type-text.js";

/** Whether a constant describes a message of the protocol, or a record of one of Kafka's logs. */
export function isMessage({ type }: DeclarationReflection): boolean {
  return partsOf(type, ["Message"]) !== undefined;
}

/** The fields of a message, each with its type and sentence, those of structs indented below. */
export function fieldsText({ type }: DeclarationReflection, links: Links): string {
  return fieldLines(partsOf(type, ["Message"]) ?? [], links, "").join("\n");
}

function fieldLines(fields: readonly DeclarationReflection[], links: Links, indent: string): string[] {
  return fields.flatMap((field) => {
    const said = summaryText(field.comment, links).replaceAll(/\s*\n\s*/g, " ");
    const parts = structParts(field.type);
    const line = `${indent}- <code v-pre>${literal(field.name)}</code>: ${fieldType(field.type, links)}${said === "" ? "" : `. ${said}`}`;
    return [line, ...(parts === undefined ? [] : fieldLines(parts, links, `${indent}  `))];
  });
}

/** The value that a field decodes to, in words. */
function fieldType(type: SomeType | undefined, links: Links): string {
  if (type?.type !== "reference") return typeText(type, links);
  const [inner] = type.typeArguments ?? [];
  switch (type.name) {
    case "NullableField":
      return `${fieldType(inner, links)} or null`;
    case "StructArrayField":
      return "array of";
    case "StructField":
      return "struct of";
    case "ArrayField":
      return `array of ${fieldType(inner, links)}`;
    case "Field":
      return typeText(inner, links);
    default:
      return typeText(type, links);
  }
}

/** The fields inside of a struct, however it is wrapped. */
function structParts(type: SomeType | undefined): readonly DeclarationReflection[] | undefined {
  const parts = partsOf(type, ["StructArrayField", "StructField"]);
  if (parts !== undefined) return parts;
  const [inner] = type?.type === "reference" ? (type.typeArguments ?? []) : [];
  return type?.type === "reference" && ["NullableField", "ArrayField"].includes(type.name)
    ? structParts(inner)
    : undefined;
}

/** The members of the object type that one of these generic types is given. */
function partsOf(type: SomeType | undefined, names: readonly string[]): readonly DeclarationReflection[] | undefined {
  if (type?.type !== "reference" || !names.includes(type.name)) return undefined;
  const [fields] = type.typeArguments ?? [];
  return fields?.type === "reflection" ? (fields.declaration.children ?? []) : undefined;
}
