import type { Comment, CommentDisplayPart, DeclarationReflection, SignatureReflection } from "typedoc";
import { Reflection } from "typedoc";
import type { Links } from "./links.js";

/** What a doc comment says first, as Markdown. */
export function summaryText(comment: Comment | undefined, links: Links): string {
  return comment === undefined ? "" : partsText(comment.summary, links).trim();
}

/** What stands at the tags of a name, as Markdown: "@throws", "@returns", "@example". */
export function tagTexts(comment: Comment | undefined, tag: `@${string}`, links: Links): string[] {
  return (comment?.getTags(tag) ?? []).map(({ content, typeAnnotation }) => {
    const text = partsText(content, links).trim();
    const type = typeAnnotation?.replaceAll(/^\{|\}$/g, "");
    return type === undefined ? text : `\`${type}\`: ${text}`;
  });
}

/** The value that a member has when it is left out: its `@default`, or the sentence of its comment that says so. */
export function defaultOf(member: DeclarationReflection | SignatureReflection): string | undefined {
  const tag = member.comment?.getTag("@default") ?? member.comment?.getTag("@defaultValue");
  const text = plainText(tag?.content ?? member.comment?.summary ?? []);
  if (tag !== undefined) return text.trim();
  const sentence = defaultSentence(text);
  return sentence === undefined ? undefined : withoutReason(sentence);
}

/**
 * "…, in milliseconds. Default 5,000. After that …" says "5,000"; "Default: the client's." says "the client's". A full stop within
 * code or a number ends nothing.
 */
export function defaultSentence(text: string): string | undefined {
  const said =
    /(?:^|[.;:)] |\n|, )(?:Default|default)(?:s to| is|:)?\s+(?<value>(?:`[^`]*`|"[^"]*"|[^.;`"]|\.(?=\S))+)/u.exec(
      text,
    );
  return said?.groups?.["value"]?.replaceAll(/\s+/g, " ").trim();
}

/** "5, which is also the most that …" says 5; what stands behind ", or" belongs to the value. */
function withoutReason(sentence: string): string {
  return /^(?:`[^`]*`|"[^"]*"|[^:,]|,(?! )|, (?:or|else)\b)+/.exec(sentence)?.[0].trim() ?? sentence;
}

function plainText(parts: readonly CommentDisplayPart[]): string {
  return parts.map(({ text }) => text).join("");
}

function partsText(parts: readonly CommentDisplayPart[], links: Links): string {
  return parts.map((part) => partText(part, links)).join("");
}

function partText(part: CommentDisplayPart, links: Links): string {
  switch (part.kind) {
    case "text":
      return part.text
        .split(indentedCode)
        .map((text, index) => (index % 2 === 0 ? escapeProse(text) : fenced(text)))
        .join("");
    case "code":
    case "relative-link":
      return part.text;
    case "inline-tag": {
      if (!(part.target instanceof Reflection)) return `\`${part.text}\``;
      const link = links.to(part.target);
      return link === undefined ? `\`${part.text}\`` : `[\`${part.text}\`](${link})`;
    }
  }
}

/** Lines that are set off by four spaces, as code is in editors. */
const indentedCode = /(?<=^|\n\n)((?: {4}[^\n]*(?:\n|$))+)/g;

/** The same as a block that has colours and scrolls. */
function fenced(lines: string): string {
  return `\`\`\`typescript\n${lines.replaceAll(/^ {4}/gm, "").trimEnd()}\n\`\`\`\n`;
}

/** In prose, what only looks like HTML or like Vue's own signs is meant as it stands. */
function escapeProse(text: string): string {
  return text.replaceAll("<", "&lt;").replaceAll("{{", "&#123;&#123;");
}
