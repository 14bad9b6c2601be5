import { existsSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import type { MarkdownRenderer } from "vitepress";
import { repository, repositoryUrl } from "./repository.js";

const docs = join(repository, "docs");

/**
 * Lets the links of docs/ work on the site as they do on GitHub: what is no page of the site is shown in the repository, and a
 * README is found under the name that it has on the site.
 */
export function linkToRepository(markdown: MarkdownRenderer): void {
  markdown.core.ruler.push("link-to-repository", ({ tokens, env }) => {
    for (const token of tokens.flatMap(({ children }) => children ?? [])) {
      const href = token.type === "link_open" ? token.attrGet("href") : null;
      if (href !== null) token.attrSet("href", addressOnSite(href, pathOf(env)));
    }
  });
}

function pathOf(env: unknown): string {
  return typeof env === "object" && env !== null && "path" in env && typeof env.path === "string" ? env.path : docs;
}

/** A link as it stands in a page of docs/, as a link of the site. */
export function addressOnSite(href: string, page: string): string {
  if (/^(?:[a-z]+:|#|\/)/i.test(href)) return href;
  const [path = "", anchor] = href.split("#");
  const target = join(dirname(page), decodeURI(path));
  const isFolderWithPage = existsSync(join(target, "README.md"));
  if (isFolderWithPage)
    return addressOnSite(`${path.replace(/\/?$/, "/")}README.md${anchor === undefined ? "" : `#${anchor}`}`, page);
  const inside = relative(docs, target);
  const isPage = inside.endsWith(".md") && !inside.startsWith("..");
  const hash = anchor === undefined ? "" : `#${anchor}`;
  if (isPage) return `${withSiteName(path, inside)}${hash}`;
  const kind = existsSync(target) && statSync(target).isDirectory() ? "tree" : "blob";
  return `${repositoryUrl}/${kind}/main/${relative(repository, target)}${hash}`;
}

/** GitHub shows a README for its folder; the site's folder is its contents. */
function withSiteName(path: string, inside: string): string {
  if (inside === "README.md") return path.replace(/README\.md$/, "contents.md");
  return path.replace(/README\.md$/, "index.md");
}
