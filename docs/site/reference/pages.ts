import type { Door } from "../doors.js";
import { summaryText } from "./comment-text.js";
import { entryText } from "./entry-text.js";
import { entryAnchor, linksFrom } from "./links.js";
import { headingOf } from "./members.js";
import type { Page, Placement } from "./placement.js";

const frontMatter = "---\neditLink: false\noutline: [2, 3]\n---";

/** A page of the reference as Markdown. */
export function pageText(page: Page, placement: Placement): string {
  const links = linksFrom(page, placement);
  const [alone, ...more] = page.entries;
  const entries =
    alone !== undefined && more.length === 0
      ? [entryText(alone, { level: 2, owner: undefined, links })]
      : page.entries.flatMap((entry) => [
          headingOf(entry.name, entryAnchor(entry.name), 2),
          entryText(entry, { level: 3, owner: entry.name, links }),
        ]);
  return [
    frontMatter,
    `# ${page.title}`,
    `<div class="kind">\n\n[${page.door.name}](./index.md)\n\n</div>`,
    ...entries,
    "",
  ].join("\n\n");
}

/** The contents of a door: all that it gives out, with a sentence each. */
export function doorText(door: Door, placement: Placement): string {
  const links = linksFrom({ path: `${door.pages}/index` }, placement);
  const sections = (placement.sections.get(door) ?? []).flatMap(({ heading, items }) => {
    const told = new Set<string>();
    const lines = items.flatMap(({ name, declaration }) => {
      if (told.has(name)) return [];
      told.add(name);
      const comment = declaration.comment ?? declaration.signatures?.[0]?.comment;
      return [`- [\`${name}\`](${links.to(declaration) ?? "#"}): ${firstSentence(summaryText(comment, links))}`];
    });
    return [`## ${heading}`, lines.join("\n")];
  });
  return [frontMatter, `# ${door.name}`, door.purpose, ...sections, ""].join("\n\n");
}

function firstSentence(text: string): string {
  const [paragraph = ""] = text.split("\n\n");
  const line = paragraph.replaceAll(/\s*\n\s*/g, " ");
  return /^.+?[.:!?](?= |$)/.exec(line)?.[0] ?? line;
}
