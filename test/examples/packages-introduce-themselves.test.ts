import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it, test } from "vitest";
import { publishedPackages } from "../packaging/published.js";
import { repository } from "../support/repository.js";

const address = "https://github.com/moldau/moldau";

const packages = publishedPackages.map(({ folder, name, manifest }) => ({
  name,
  folder,
  manifest,
  place: `packages/${basename(folder)}`,
  readme: readFileSync(join(folder, "README.md"), "utf8"),
}));

describe.each(packages)("$name", ({ name, folder, manifest, place, readme }) => {
  it("says in its manifest where it comes from, where to ask, and what it is found by", () => {
    expect(manifest.description).toMatch(/^[A-Z].{30,}/);
    expect(manifest.keywords).toContain("kafka");
    expect(manifest.keywords?.length).toBeGreaterThan(3);
    expect(manifest).toMatchObject({
      homepage: `${address}/tree/main/${place}#readme`,
      bugs: { url: `${address}/issues` },
      repository: { type: "git", url: `git+${address}.git`, directory: place },
    });
  });

  it("begins its README with its name, and has the line that installs it, and a program", () => {
    expect(readme.startsWith(`# ${name}\n\n`)).toBe(true);
    expect(readme).toMatch(new RegExp(`^npm install (--save-dev )?${name}( |$)`, "m"));
    expect(readme).toMatch(/^```js$/m);
  });

  it("has only links that work on npm: into the package, or absolute and to what there is", () => {
    const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, link = ""]) => link);
    expect(links.filter((link) => !leadsSomewhere(link, { folder, readme }))).toEqual([]);
  });
});

test("the repository's README links only to what there is", () => {
  const readme = readFileSync(join(repository, "README.md"), "utf8");
  const paths = Array.from(readme.matchAll(/\]\((?!https?:)([^)#]+)[^)]*\)/g), ([, path = ""]) => path);
  expect(paths.length).toBeGreaterThan(10);
  expect(paths.filter((path) => !existsSync(join(repository, path)))).toEqual([]);
});

/** Whether a link works where the README is shown: on npm there is only the package. */
function leadsSomewhere(
  link: string,
  { folder, readme }: { readonly folder: string; readonly readme: string },
): boolean {
  if (link.startsWith("#")) return readme.toLowerCase().includes(`# ${link.slice(1).replaceAll("-", " ")}`);
  if (!/^https?:/.test(link)) return !link.startsWith("..") && existsSync(join(folder, link));
  const path = /^https:\/\/github\.com\/moldau\/moldau\/(?:blob|tree)\/main\/([^#]+)/.exec(link)?.[1];
  return path === undefined || existsSync(join(repository, path));
}
