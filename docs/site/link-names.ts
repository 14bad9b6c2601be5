import { dirname, join, posix, relative } from "node:path";
import type { MarkdownRenderer } from "vitepress";
import { contents } from "./contents.js";
import { repository } from "./repository.js";

type Tokens = ReturnType<MarkdownRenderer["parse"]>;
type Token = Tokens[number];
type NewToken = (type: string, tag: string, nesting: -1 | 0 | 1) => Token;

/**
 * Makes links to the reference of the names that guides speak of: of each name the first on a page, where it stands as code in the
 * text. On GitHub, where there is no reference, it is code.
 */
export function linkNames(markdown: MarkdownRenderer): void {
  const pages = pagesByName();
  markdown.core.ruler.push("link-names", ({ tokens, env, Token }) => {
    const path = pathOf(env);
    if (path === undefined || relative(repository, path).startsWith("docs/reference/")) return;
    const linked = new Set<string>();
    for (const [index, token] of tokens.entries()) {
      if (token.type !== "inline" || tokens[index - 1]?.type === "heading_open" || token.children === null) continue;
      token.children = withLinks(token.children, {
        addressOf: (name) => addressOf(name, { pages, path, linked }),
        make: (type, tag, nesting) => new Token(type, tag, nesting),
      });
    }
  });
}

/** The names of the doors that applications use. */
function pagesByName(): ReadonlyMap<string, string> {
  const doors = contents().doors.filter(({ isRoomy }) => isRoomy);
  const items = doors.flatMap(({ sections }) => sections.flatMap(({ items: inSection }) => inSection));
  // Where both doors have a name, the client's is meant, which comes first.
  return new Map(items.map(({ name, path }) => [name, path] as const).reverse());
}

function pathOf(env: unknown): string | undefined {
  return typeof env === "object" && env !== null && "path" in env && typeof env.path === "string"
    ? env.path
    : undefined;
}

interface Surroundings {
  readonly pages: ReadonlyMap<string, string>;
  readonly path: string;
  readonly linked: Set<string>;
}

function addressOf(name: string, { pages, path, linked }: Surroundings): string | undefined {
  const page = pages.get(name);
  if (page === undefined || linked.has(name)) return undefined;
  linked.add(name);
  return `${posix.relative(dirname(path), join(repository, "docs/reference", page))}.md`;
}

function withLinks(
  tokens: Tokens,
  { addressOf: find, make }: { readonly addressOf: (name: string) => string | undefined; readonly make: NewToken },
): Tokens {
  let depth = 0;
  return tokens.flatMap((token) => {
    depth += token.type === "link_open" ? 1 : token.type === "link_close" ? -1 : 0;
    const href = token.type === "code_inline" && depth === 0 ? find(token.content.replace(/\(\)$/, "")) : undefined;
    if (href === undefined) return [token];
    const open = make("link_open", "a", 1);
    open.attrSet("href", href);
    return [open, token, make("link_close", "a", -1)];
  });
}
