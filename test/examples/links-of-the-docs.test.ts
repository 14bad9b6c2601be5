import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";
import { anchorOf } from "../../docs/site/heading-anchors.js";
import { pages } from "../support/programs-of-the-docs.js";
import { repository } from "../support/repository.js";

const docs = join(repository, "docs");
const texts = [
  ...pages,
  ...readdirSync(repository)
    .filter(isMarkdown)
    .map((name) => join(repository, name)),
];

describe("on GitHub", () => {
  it("every link within the repository leads to a file that is there, and to a heading that it has", () => {
    const links = [...new Set(texts)].flatMap((page) => linksOf(page).map((link) => ({ page, link })));
    expect(links.length).toBeGreaterThan(100);
    const broken = links.filter(({ page, link }) => !isThere(page, link));
    expect(broken.map(({ page, link }) => `${relative(repository, page)} → ${link}`)).toEqual([]);
  });

  it("the index of the documentation names every page", () => {
    const named = new Set(linksOf(join(docs, "README.md")).map((link) => join(docs, link.split("#")[0] ?? "")));
    const wanted = pages.filter(
      (page) =>
        page.startsWith(docs) && !relative(docs, page).startsWith("examples/") && !isEntrance(relative(docs, page)),
    );
    expect(wanted.filter((page) => !named.has(page)).map((page) => relative(repository, page))).toEqual([]);
  });
});

/** The index itself, and the home page of the site, which GitHub has no use for. */
function isEntrance(page: string): boolean {
  return ["README.md", "index.md"].includes(page);
}

function isMarkdown(name: string): boolean {
  return name.endsWith(".md");
}

/** The targets of the links in a page, its programs left out, that do not leave the repository. */
function linksOf(page: string): string[] {
  const prose = readFileSync(page, "utf8")
    .replaceAll(/^```.*?^```$/gms, "")
    .replaceAll(/`[^`\n]*`/g, "");
  return [...prose.matchAll(/\]\((?<link>[^()\s]+)\)/g)]
    .map(({ groups }) => groups?.["link"] ?? "")
    .filter((link) => !/^(?:[a-z]+:|\/)/.test(link));
}

function isThere(page: string, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? page : join(dirname(page), decodeURI(path));
  if (!existsSync(target)) return false;
  if (anchor === undefined || statSync(target).isDirectory() || !isMarkdown(target)) return true;
  return anchorsOf(target).has(decodeURI(anchor));
}

/** The anchors of a page's headings; one that comes again has a number. */
function anchorsOf(page: string): ReadonlySet<string> {
  const prose = readFileSync(page, "utf8").replaceAll(/^```.*?^```$/gms, "");
  const seen = new Map<string, number>();
  return new Set(
    [...prose.matchAll(/^#{1,6} (?<heading>.+)$/gm)].map(({ groups }) => {
      const anchor = anchorOf((groups?.["heading"] ?? "").replaceAll(/`|\[(?<text>[^\]]*)\]\([^)]*\)/g, "$<text>"));
      const times = seen.get(anchor) ?? 0;
      seen.set(anchor, times + 1);
      return times === 0 ? anchor : `${anchor}-${times}`;
    }),
  );
}
