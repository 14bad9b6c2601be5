import { ReflectionKind, type DeclarationReflection, type SignatureReflection } from "typedoc";
import { defaultOf, summaryText, tagTexts } from "./comment-text.js";
import { memberAnchor, type Links } from "./links.js";
import { literal, typeText, withoutUndefined } from "./type-text.js";

/** How members are headed: on which level, and by which owner's name when several owners share the page. */
export interface MemberPlace {
  readonly level: number;
  readonly owner: string | undefined;
  readonly links: Links;
}

/** What classes have for the language or for Node, and nobody calls. */
const isInternal = /^(?:_|\[(?!asyncIterator|asyncDispose|iterator|dispose))/;

/** The members that are the owner's business, first those that must be given; not those that it has from Node or from packages of others. */
export function ownMembers(owner: DeclarationReflection): DeclarationReflection[] {
  const members = (owner.children ?? []).filter(
    ({ name, sources, flags }) =>
      !flags.isPrivate &&
      !isInternal.test(name) &&
      !(sources ?? []).some(({ fullFileName }) => fullFileName.includes("/node_modules/")),
  );
  if (!isOfOptions(owner)) return members;
  return members.toSorted((left, right) => Number(left.flags.isOptional) - Number(right.flags.isOptional));
}

function isOfOptions({ name }: { readonly name: string }): boolean {
  return /(?:Options|Settings)$/.test(name);
}

/** One member under its heading: what it is, its type and default, what it takes, gives and throws. */
export function memberText(member: DeclarationReflection, place: MemberPlace): string {
  const signatures = signaturesOf(member);
  const heading = headingOf(displayName(member), memberAnchor(member.name, place.owner), place.level);
  if (signatures.length === 0) return [heading, propertyText(member, place.links)].join("\n\n");
  return [heading, ...signatures.map((signature) => signatureText(signature, place.links))].join("\n\n");
}

/** A heading with an anchor that stays when its words change. */
export function headingOf(text: string, anchor: string, level: number): string {
  return `${"#".repeat(level)} ${literal(text)} {:#${anchor}:}`;
}

/** Options at a glance. The default stands before the type, which is often long: on a phone it is what can be seen. */
export function overviewTable(members: readonly DeclarationReflection[], { owner, links }: MemberPlace): string {
  const rows = members.map((member) => {
    const name = `[\`${member.name}\`](#${memberAnchor(member.name, owner)})`;
    return `| ${name} | ${defaultCell(member)} | ${valueType(member, links)} |`;
  });
  return ["| Name | Default | Type |", "|---|---|---|", ...rows].join("\n");
}

/** What a call takes, gives and throws, with its signature as code. */
export function signatureText(signature: SignatureReflection, links: Links): string {
  const returns = tagTexts(signature.comment, "@returns", links).join(" ");
  const throws = tagTexts(signature.comment, "@throws", links).map((text) => `- ${text}`);
  const examples = tagTexts(signature.comment, "@example", links);
  return [
    `\`\`\`typescript\n${signatureCode(signature)}\n\`\`\``,
    summaryText(signature.comment, links),
    parametersText(signature, links),
    isConstructor(signature) || signature.type?.toString() === "void"
      ? ""
      : `**Returns** ${typeText(signature.type, links)}${returns === "" ? "" : `: ${returns}`}`,
    throws.length === 0 ? "" : `**Throws**\n\n${throws.join("\n")}`,
    ...examples,
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

/** A method's signatures, a constructor's, a getter's; those of a property that is a function count as its type. */
export function signaturesOf(member: DeclarationReflection): readonly SignatureReflection[] {
  return member.signatures ?? [];
}

function propertyText(member: DeclarationReflection, links: Links): string {
  const comment = member.comment ?? member.getSignature?.comment;
  const throws = tagTexts(comment, "@throws", links).map((text) => `- ${text}`);
  return [
    `${valueType(member, links)}${traits(member)}`,
    summaryText(comment, links),
    throws.length === 0 ? "" : `**Throws**\n\n${throws.join("\n")}`,
    ...tagTexts(comment, "@example", links),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function valueType(member: DeclarationReflection, links: Links): string {
  const [signature] = member.signatures ?? [];
  if (signature !== undefined) return `<code v-pre>${literal(signatureCode(signature))}</code>`;
  const type = member.type ?? member.getSignature?.type ?? member.setSignature?.parameters?.[0]?.type;
  return member.flags.isOptional ? withoutUndefined(type, links) : typeText(type, links);
}

function traits(member: DeclarationReflection): string {
  const value = defaultOf(member);
  const isOption = member.parent?.kindOf(ReflectionKind.Interface) ?? false;
  if (value !== undefined) return ` · default ${code(value)}`;
  if (member.flags.isOptional) return " · optional";
  return isOption && isOfOptions(member.parent ?? { name: "" }) ? " · required" : "";
}

function defaultCell(member: DeclarationReflection): string {
  const value = defaultOf(member);
  if (value !== undefined) return code(value);
  return member.flags.isOptional ? "" : "required";
}

/** A value as code, a phrase as prose. */
function code(value: string): string {
  const isValue = /^(?:`[^`]*`|"[^"]*"|-?[\d,.]+|true|false|null|\[.*\]|\{.*\})$/.test(value);
  if (!isValue) return value.replaceAll("<", "&lt;").replaceAll("|", "&#124;");
  return `<code v-pre>${literal(value.replaceAll("`", ""))}</code>`;
}

function displayName(member: DeclarationReflection): string {
  if (member.kindOf(ReflectionKind.Constructor)) return `new ${member.parent?.name ?? ""}()`;
  return (member.signatures ?? []).length > 0 ? `${member.name}()` : member.name;
}

function isConstructor({ kind }: SignatureReflection): boolean {
  return kind === ReflectionKind.ConstructorSignature;
}

function signatureCode(signature: SignatureReflection): string {
  const types = (signature.typeParameters ?? []).map(({ name, type, default: fallback }) =>
    [
      name,
      ...(type === undefined ? [] : [`extends ${type.toString()}`]),
      ...(fallback === undefined ? [] : [`= ${fallback.toString()}`]),
    ].join(" "),
  );
  const parameters = (signature.parameters ?? []).map(({ name, flags, type, defaultValue }) => {
    const isOptional = flags.isOptional || defaultValue !== undefined;
    return `${flags.isRest ? "..." : ""}${name}${isOptional ? "?" : ""}: ${type?.toString() ?? "unknown"}`;
  });
  const name = isConstructor(signature) ? `new ${signature.parent.parent?.name ?? ""}` : signature.name;
  const list = parameters.join(", ");
  const head = `${name}${types.length === 0 ? "" : `<${types.join(", ")}>`}`;
  const tail = isConstructor(signature) ? "" : `: ${signature.type?.toString() ?? "void"}`;
  const line = `${head}(${list})${tail}`;
  return line.length <= 88
    ? line
    : `${head}(\n${parameters.map((parameter) => `  ${parameter},`).join("\n")}\n)${tail}`;
}

function parametersText({ parameters }: SignatureReflection, links: Links): string {
  return (parameters ?? [])
    .map((parameter) => {
      const text = summaryText(parameter.comment, links);
      return `- \`${parameter.name}\` ${withoutUndefined(parameter.type, links)}${text === "" ? "" : `: ${text}`}`;
    })
    .join("\n");
}
