import { readFileSync } from "node:fs";
import { sourceOf, type Door } from "../doors.js";

/** One use of a door: the comment above a group of exports of its module, and their names in their order. */
export interface Section {
  /** The comment's words, like "Sending". */
  readonly heading: string;
  readonly names: readonly string[];
}

const headingOrExport = /^\/\/ (?<heading>.+)$|^export (?:type )?\{(?<names>[^}]*)\}/gm;

/** What a module gives out, under the headings that stand in it: an `index.ts` is a menu, and the reference is in its order. */
export function sectionsOf(door: Door): Section[] {
  const sections: { heading: string; names: string[] }[] = [];
  for (const { groups } of readFileSync(sourceOf(door), "utf8").matchAll(headingOrExport)) {
    const heading = groups?.["heading"];
    if (heading !== undefined) sections.push({ heading, names: [] });
    else currentSection(sections).names.push(...namesIn(groups?.["names"] ?? ""));
  }
  return sections.filter(({ names }) => names.length > 0);
}

/** Exports before any heading stand under one that says so. */
function currentSection(sections: { heading: string; names: string[] }[]): { heading: string; names: string[] } {
  const last = sections.at(-1);
  if (last !== undefined) return last;
  const first = { heading: "Exports", names: [] };
  sections.push(first);
  return first;
}

/** `type A, B as C` gives out A and C. */
function namesIn(list: string): string[] {
  return list.split(",").flatMap((item) => /(?<name>\w+)\s*$/.exec(item)?.groups?.["name"] ?? []);
}
