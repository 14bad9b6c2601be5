import { posix } from "node:path";
import { ReflectionKind, type Reflection } from "typedoc";
import type { Page, Placement } from "./placement.js";

/** Finds the address of what a comment or a type speaks of, from the page on which it does. */
export interface Links {
  /** A relative link, or undefined for what has no page, like a type parameter. */
  to(target: Reflection): string | undefined;
}

/** The links of one page. Members are found at their heading, everything else on a page of its own at the page's top. */
export function linksFrom(page: Pick<Page, "path">, placement: Placement): Links {
  return {
    to(target) {
      const owner = target.kind === ReflectionKind.TypeParameter ? undefined : ownerOf(target, placement);
      if (owner === undefined) return undefined;
      const { page: goal, reflection } = owner;
      const file = goal.path === page.path ? "" : `${posix.relative(posix.dirname(page.path), goal.path)}.md`;
      const anchor = anchorOf(target, reflection, goal);
      return anchor === "" && file === "" ? "#" : `${file}${anchor === "" ? "" : `#${anchor}`}`;
    },
  };
}

function ownerOf(target: Reflection, placement: Placement): { page: Page; reflection: Reflection } | undefined {
  for (let reflection: Reflection | undefined = target; reflection !== undefined; reflection = reflection.parent) {
    const page = placement.pageOf.get(reflection);
    if (page !== undefined) return { page, reflection };
  }
  return undefined;
}

function anchorOf(target: Reflection, owner: Reflection, page: Page): string {
  const isAlone = page.entries.length === 1;
  const own = isAlone ? "" : entryAnchor(owner.name);
  const member = memberBelow(target, owner);
  return member === undefined ? own : memberAnchor(member.name, isAlone ? undefined : owner.name);
}

/** The member of `owner` that `target` is, or belongs to. */
function memberBelow(target: Reflection, owner: Reflection): Reflection | undefined {
  let below: Reflection | undefined = target;
  while (below !== undefined && below !== owner && below.parent !== owner) {
    // The members of an object type stand below a declaration without a name.
    if (below.parent?.name === "__type" && below.parent.parent === owner) return below;
    below = below.parent;
  }
  return below === owner || below?.name === "__type" ? undefined : below;
}

/** The anchor of an export's heading, on a page that tells of several. */
export function entryAnchor(name: string): string {
  return anchor(name);
}

/** The anchor of a member's heading; with the owner's name before it on a page that tells of several. */
export function memberAnchor(name: string, owner?: string): string {
  return owner === undefined ? anchor(name) : `${anchor(owner)}-${anchor(name)}`;
}

/** Names that differ only in the case of their letters, as a function and its type may, have anchors of their own. */
function anchor(name: string): string {
  return name.replaceAll(/\W+/g, "");
}
