import { ReflectionKind, type DeclarationReflection, type SomeType } from "typedoc";
import { summaryText, tagTexts } from "./comment-text.js";
import { fieldsText, isMessage } from "./fields.js";
import { memberAnchor, type Links } from "./links.js";
import { headingOf, memberText, overviewTable, ownMembers, signatureText, type MemberPlace } from "./members.js";
import type { Entry } from "./placement.js";
import { literal, typeText } from "./type-text.js";

/** All that is said of one export, without its heading. */
export function entryText(entry: Entry, place: MemberPlace): string {
  const parts = entry.declarations
    .filter((declaration) => !isInferredType(declaration) || entry.declarations.length === 1)
    .map((declaration) => declarationText(declaration, place));
  return parts.join("\n\n");
}

/** The type of a constant that describes itself: the constant's own text says all there is. */
function isInferredType({ kind, type }: DeclarationReflection): boolean {
  if (kind !== ReflectionKind.TypeAlias) return false;
  return type?.type === "reference" && type.name === "Infer";
}

function declarationText(declaration: DeclarationReflection, place: MemberPlace): string {
  const { links } = place;
  const source = declaration.sources?.[0];
  const kind = `${kindName(declaration)}${parametersOf(declaration)}${source?.url === undefined ? "" : ` · [source](${source.url})`}`;
  const body = bodyText(declaration, place);
  const comment = declaration.comment;
  return [
    `<div class="kind">\n\n${kind}\n\n</div>`,
    summaryText(comment, links),
    ...tagTexts(comment, "@example", links),
    body,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** What a generic declaration is filled in with, and what stands there if it is not. */
function parametersOf({ name, typeParameters }: DeclarationReflection): string {
  if (typeParameters === undefined) return "";
  const list = typeParameters.map(
    (parameter) =>
      `${parameter.name}${parameter.type === undefined ? "" : ` extends ${parameter.type.toString()}`}${parameter.default === undefined ? "" : ` = ${parameter.default.toString()}`}`,
  );
  return ` <code v-pre>${literal(`${name}<${list.join(", ")}>`)}</code>`;
}

function kindName(declaration: DeclarationReflection): string {
  if (declaration.kind === ReflectionKind.Variable && isMessage(declaration)) return "message";
  if (declaration.type?.type === "reference" && declaration.type.name === "Api") return "API";
  return ReflectionKind.singularString(declaration.kind).toLowerCase();
}

function bodyText(declaration: DeclarationReflection, place: MemberPlace): string {
  switch (declaration.kind) {
    case ReflectionKind.Class:
      return classText(declaration, place);
    case ReflectionKind.Interface:
      return [ancestryText(declaration, place.links), membersText(ownMembers(declaration), place)]
        .filter(Boolean)
        .join("\n\n");
    case ReflectionKind.Function:
      return (declaration.signatures ?? []).map((signature) => signatureText(signature, place.links)).join("\n\n");
    case ReflectionKind.TypeAlias:
      return aliasText(declaration, place);
    default:
      return variableText(declaration, place);
  }
}

/** The members of an object: first at a glance where some may be left out, then each by itself. */
function membersText(members: readonly DeclarationReflection[], place: MemberPlace): string {
  const isWorthATable = members.length > 3 && members.some(({ flags }) => flags.isOptional);
  return [isWorthATable ? overviewTable(members, place) : "", ...members.map((member) => memberText(member, place))]
    .filter((part) => part !== "")
    .join("\n\n");
}

function classText(declaration: DeclarationReflection, place: MemberPlace): string {
  const members = ownMembers(declaration);
  const rank = ({ kind }: DeclarationReflection) =>
    kind === ReflectionKind.Constructor ? 0 : kind === ReflectionKind.Method ? 1 : 2;
  const ordered = [...members].sort((a, b) => rank(a) - rank(b));
  return [
    ancestryText(declaration, place.links),
    glanceText(ordered, place),
    ...ordered.map((member) => memberText(member, place)),
    eventsText(declaration, place),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** The names of all members in one line, as links. */
function glanceText(members: readonly DeclarationReflection[], { owner }: MemberPlace): string {
  const named = members.filter(({ kind }) => kind !== ReflectionKind.Constructor);
  if (named.length < 5) return "";
  return named
    .map((member) => {
      const isCall = (member.signatures ?? []).length > 0;
      return `[\`${member.name}${isCall ? "()" : ""}\`](#${memberAnchor(member.name, owner)})`;
    })
    .join(" · ");
}

function ancestryText({ extendedTypes, implementedTypes }: DeclarationReflection, links: Links): string {
  const lines = [
    ...(extendedTypes ?? []).map((type) => `Extends ${typeText(type, links)}`),
    ...(implementedTypes ?? []).map((type) => `Implements ${typeText(type, links)}`),
  ];
  return lines.join("<br>\n");
}

/** What an emitter tells: the members of the type that its events are named by. */
function eventsText(owner: DeclarationReflection, place: MemberPlace): string {
  const emitter = emitterOf(owner);
  const [events] = emitter?.type === "reference" ? (emitter.typeArguments ?? []) : [];
  if (events?.type !== "reference" || !events.reflection?.isDeclaration()) return "";
  const rows = ownMembers(events.reflection).map((event) => [
    `\`${event.name}\``,
    typeText(event.type, place.links),
    oneLine(summaryText(event.comment, place.links)),
  ]);
  return [
    headingOf("Events", memberAnchor("events", place.owner), place.level),
    "Listen with `on`, `once` and `off`. A listener gets the values of the second column.",
    table(["Event", "With", "When"], rows),
  ].join("\n\n");
}

/** The emitter that a class extends, itself or by its parents. */
function emitterOf({ extendedTypes = [] }: DeclarationReflection): SomeType | undefined {
  const parents = extendedTypes.flatMap((type) =>
    type.type === "reference" && type.reflection?.isDeclaration() === true ? [type.reflection] : [],
  );
  return extendedTypes.find(isEmitter) ?? parents.map(emitterOf).find((emitter) => emitter !== undefined);
}

function isEmitter(type: SomeType): boolean {
  return type.type === "reference" && type.name.endsWith("EventEmitter");
}

function oneLine(text: string): string {
  return text.replaceAll(/\s*\n\s*/g, " ").replaceAll("|", "&#124;");
}

/** An alias of an object says what the object has; an alias of another name of ours says that it is one, and what that has. */
function aliasText({ type, typeParameters }: DeclarationReflection, place: MemberPlace): string {
  if (type?.type === "reflection" && (type.declaration.children ?? []).length > 0) {
    return membersText(type.declaration.children ?? [], place);
  }
  const target = type?.type === "reference" ? type.reflection : undefined;
  const isName =
    type?.type === "reference" && (type.typeArguments ?? []).length === 0 && (typeParameters ?? []).length === 0;
  if (isName && target?.isDeclaration() && target.kind === ReflectionKind.Interface) {
    return [`The same as ${typeText(type, place.links)}:`, membersText(ownMembers(target), place)].join("\n\n");
  }
  return `${typeText(type, place.links)}`;
}

function variableText(declaration: DeclarationReflection, place: MemberPlace): string {
  const { type } = declaration;
  if (isMessage(declaration)) return fieldsText(declaration, place.links);
  // An API is its request and its response, and each of them has its own place on the same page.
  if (type?.type === "reference" && type.name === "Api") return "";
  if (type?.type === "reflection" && (type.declaration.children ?? []).length > 0) {
    return constantsTable(type.declaration.children ?? [], place);
  }
  return typeText(type, place.links);
}

/** The members of a constant object, one line each, with what their comments say if any of them has one. */
function constantsTable(members: readonly DeclarationReflection[], { owner, links }: MemberPlace): string {
  const rows = members.map((member) => {
    const [call] = member.signatures ?? [];
    const name = `<a id="${memberAnchor(member.name, owner)}"></a><code v-pre>${literal(member.name)}</code>`;
    const said = oneLine(summaryText(member.comment ?? call?.comment, links));
    return { cells: [name, typeText(member.type ?? call?.type, links)], said };
  });
  if (rows.every(({ said }) => said === ""))
    return table(
      ["Name", "Value"],
      rows.map(({ cells }) => cells),
    );
  return table(
    ["Name", "Value", "What it is"],
    rows.map(({ cells, said }) => [...cells, said]),
  );
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  return [head, head.map(() => "---"), ...rows].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}
