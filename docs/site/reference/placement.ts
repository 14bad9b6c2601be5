import { basename } from "node:path";
import { ReflectionKind, type DeclarationReflection, type ProjectReflection, type Reflection } from "typedoc";
import { doors, sourceOf, type Door } from "../doors.js";
import { sectionsOf } from "./headings.js";

/** What is told of under one name: more than one declaration when a constant and a type share it. */
export interface Entry {
  readonly name: string;
  readonly declarations: readonly DeclarationReflection[];
}

/** A page of the reference. */
export interface Page {
  readonly door: Door;
  /** Its path below docs/reference, without ".md". */
  readonly path: string;
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** A heading of a door's index, and what is found below it, on this door's pages or on those of another. */
export interface PlacedSection {
  readonly heading: string;
  readonly items: readonly { readonly name: string; readonly declaration: DeclarationReflection }[];
}

/** Where everything is told of. */
export interface Placement {
  readonly pages: readonly Page[];
  readonly sections: ReadonlyMap<Door, readonly PlacedSection[]>;
  /** The page of each declaration that has a place. */
  readonly pageOf: ReadonlyMap<Reflection, Page>;
}

/** Gives every export its page: at the first door that gives it out, in the order of that door's module. */
export function place(project: ProjectReflection): Placement {
  const sections = new Map<Door, readonly PlacedSection[]>();
  const pages: Page[] = [];
  for (const door of doors) {
    const exports = exportsOf(project, door);
    const placed = sectionsOf(door).map(({ heading, names }) => ({
      heading,
      items: names.flatMap((name) => (exports.get(name) ?? []).map((declaration) => ({ name, declaration }))),
    }));
    sections.set(door, placed);
    pages.push(...placed.flatMap((section) => pagesOf(door, section)));
  }
  const pageOf = new Map<Reflection, Page>();
  for (const page of pages) {
    for (const { declarations } of page.entries) {
      for (const declaration of declarations) pageOf.set(declaration, page);
    }
  }
  return { pages, sections, pageOf };
}

/** What a door gives out by its names; what belongs to another door is followed to there. */
function exportsOf(project: ProjectReflection, door: Door): Map<string, DeclarationReflection[]> {
  const source = sourceOf(door);
  const module = project.children?.find(({ sources }) => sources?.[0]?.fullFileName === source);
  if (module === undefined) throw new Error(`TypeDoc read no module ${source}.`);
  const exports = new Map<string, DeclarationReflection[]>();
  for (const child of module.children ?? []) {
    const declaration = child.isReference() ? child.getTargetReflectionDeep() : child;
    if (!declaration.isDeclaration()) continue;
    exports.set(child.name, [...(exports.get(child.name) ?? []), declaration]);
  }
  return exports;
}

/** The pages that a door has itself for a section: for each name, or for all names that go onto one page together. */
function pagesOf(door: Door, { heading, items }: PlacedSection): Page[] {
  const byPath = new Map<string, { title: string; entries: Map<string, DeclarationReflection[]> }>();
  for (const { name, declaration } of items) {
    if (!isOwn(door, declaration)) continue;
    const { file, title } = fileFor(door, heading, declaration);
    const page = byPath.get(file) ?? { title, entries: new Map<string, DeclarationReflection[]>() };
    page.entries.set(name, [...(page.entries.get(name) ?? []), declaration]);
    byPath.set(file, page);
  }
  return [...byPath].map(([file, { title, entries }]) => ({
    door,
    path: `${door.pages}/${file}`,
    title,
    entries: [...entries].map(([name, declarations]) => ({ name, declarations })),
  }));
}

/** TypeDoc makes a declaration a child of the first module that gives it out, and references of all others. */
function isOwn(door: Door, declaration: DeclarationReflection): boolean {
  const { parent } = declaration;
  return parent?.isDeclaration() === true && parent.sources?.[0]?.fullFileName === sourceOf(door);
}

function fileFor(door: Door, heading: string, declaration: DeclarationReflection): { file: string; title: string } {
  const hasOwn = door.isRoomy || declaration.kind === ReflectionKind.Class || declaration.name.endsWith("Options");
  if (hasOwn) return { file: declaration.name, title: declaration.name };
  const source = declaration.sources?.[0]?.fileName ?? "";
  const api = /\/messages\/(?<key>\d+)-[\w-]+\.ts$/.exec(source);
  if (api !== null) return { file: basename(source, ".ts"), title: titleOfApi(basename(source, ".ts")) };
  return { file: slug(heading), title: heading };
}

/** "00-produce" is about the API with key 0. */
function titleOfApi(file: string): string {
  const [key = "", ...words] = file.split("-");
  return `${words.map((word) => word.charAt(0).toUpperCase() + word.slice(1)).join("")} (${Number(key)})`;
}

/** The words of a heading as they stand in addresses. */
function slug(text: string): string {
  return text
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}_]+/gu, "-")
    .replaceAll(/^-|-$/g, "");
}
