import type { ReferenceType, SignatureReflection, SomeType, TypeVisitor, DeclarationReflection } from "typedoc";
import type { Links } from "./links.js";

/** A type as Markdown that reads like code: names that have a page are links. */
export function typeText(type: SomeType | undefined, links: Links): string {
  if (type === undefined) return "<code>unknown</code>";
  return `<code v-pre>${spell(type, links)}</code>`;
}

/** Text in which Markdown, HTML and Vue find nothing of theirs. */
export function literal(text: string): string {
  return text.replaceAll(/[<>&|*_[\]{}`\\#~$:"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

function spell(type: SomeType, links: Links): string {
  return type.visit(visitor(links));
}

function visitor(links: Links): TypeVisitor<string> {
  const to = (type: SomeType) => spell(type, links);
  /** A type in a place where a union or a function needs parentheses. */
  const inner = (type: SomeType) =>
    ["union", "intersection", "conditional"].includes(type.type) || isFunction(type) ? `(${to(type)})` : to(type);
  const asWritten = (type: SomeType) => literal(type.toString());
  return {
    array: ({ elementType }) => `${inner(elementType)}${literal("[]")}`,
    conditional: asWritten,
    indexedAccess: ({ objectType, indexType }) => `${to(objectType)}${literal("[")}${to(indexType)}${literal("]")}`,
    inferred: asWritten,
    intersection: ({ types }) => types.map(inner).join(" &amp; "),
    intrinsic: asWritten,
    literal: asWritten,
    mapped: asWritten,
    optional: ({ elementType }) => `${to(elementType)}?`,
    predicate: asWritten,
    query: ({ queryType }) => `typeof ${to(queryType)}`,
    reference: (type) => referenceText(type, links),
    reflection: ({ declaration }) => declarationText(declaration, links),
    rest: ({ elementType }) => `...${to(elementType)}`,
    templateLiteral: asWritten,
    tuple: ({ elements }) => `${literal("[")}${elements.map(to).join(", ")}${literal("]")}`,
    namedTupleMember: ({ name, isOptional, element }) =>
      `${literal(name)}${isOptional ? "?" : ""}${literal(":")} ${to(element)}`,
    typeOperator: ({ operator, target }) => `${operator} ${inner(target)}`,
    union: ({ types }) => types.map((part) => (isFunction(part) ? `(${to(part)})` : to(part))).join(" &#124; "),
    unknown: asWritten,
  };
}

function isFunction(type: SomeType): boolean {
  return type.type === "reflection" && (type.declaration.signatures?.length ?? 0) > 0;
}

function referenceText(type: ReferenceType, links: Links): string {
  // By the name under which it is given out, where that is another than it has at home.
  const name = literal(type.reflection?.name ?? type.name);
  const link = type.reflection === undefined ? undefined : links.to(type.reflection);
  const text = link === undefined ? name : `[${name}](${link})`;
  const parameters = type.typeArguments ?? [];
  if (parameters.length === 0) return text;
  return `${text}&lt;${parameters.map((parameter) => spell(parameter, links)).join(", ")}&gt;`;
}

/** A function type, or an object type. */
function declarationText({ signatures, children, indexSignatures }: DeclarationReflection, links: Links): string {
  const [signature] = signatures ?? [];
  if (signature !== undefined) return functionText(signature, links);
  const members = (children ?? []).map((child) => {
    const [method] = child.signatures ?? [];
    const type = method === undefined ? typeOf(child.type, links) : functionText(method, links);
    return `${literal(child.name)}${child.flags.isOptional ? "?" : ""}${literal(":")} ${type}`;
  });
  const indexed = (indexSignatures ?? []).map(
    ({ parameters, type }) =>
      `${literal("[")}${parameters?.[0]?.name ?? "key"}${literal(":")} ${typeOf(parameters?.[0]?.type, links)}${literal("]:")} ${typeOf(type, links)}`,
  );
  return `${literal("{")} ${[...members, ...indexed].join("; ")} ${literal("}")}`;
}

function functionText({ parameters, type }: SignatureReflection, links: Links): string {
  const list = (parameters ?? []).map(
    (parameter) =>
      `${parameter.flags.isRest ? "..." : ""}${literal(parameter.name)}${parameter.flags.isOptional ? "?" : ""}${literal(":")} ${typeOf(parameter.type, links)}`,
  );
  return `(${list.join(", ")}) =&gt; ${typeOf(type, links)}`;
}

function typeOf(type: SomeType | undefined, links: Links): string {
  return type === undefined ? "unknown" : spell(type, links);
}

/** The type without `undefined`, which an optional member has anyway. */
export function withoutUndefined(type: SomeType | undefined, links: Links): string {
  if (type?.type !== "union") return typeText(type, links);
  const parts = type.types.filter((part) => !(part.type === "intrinsic" && part.name === "undefined"));
  return `<code v-pre>${parts.map((part) => (isFunction(part) ? `(${spell(part, links)})` : spell(part, links))).join(" &#124; ")}</code>`;
}
