import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, it } from "vitest";
import { resolveClusterOptions } from "../../packages/connection-pool/src/cluster/cluster-options.js";
import { resolveConsumerOptions } from "../../packages/consumer/src/options.js";
import { resolveProducerOptions } from "../../packages/producer/src/options.js";
import { publishedPackages } from "../packaging/published.js";
import { fieldsOf } from "../support/declared-fields.js";
import { repository } from "../support/repository.js";
import { tableUnder } from "../support/tables-of-the-docs.js";

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

  it("begins its README with its name, and has the line that installs it", () => {
    expect(readme.startsWith(`# ${name}\n\n`)).toBe(true);
    expect(readme).toMatch(new RegExp(`^npm install (--save-dev )?${name}( |$)`, "m"));
  });

  it("has only links that work on npm: into the package, or absolute and to what there is", () => {
    const links = [...readme.matchAll(/\]\(([^)]+)\)/g)].map(([, link = ""]) => link);
    expect(links.filter((link) => !leadsSomewhere(link, { folder, readme }))).toEqual([]);
  });
});

const tables = [
  {
    of: "new Kafka",
    readme: "packages/client/README.md",
    heading: "## Options of `new Kafka`",
    declared: ["packages/connection-pool/src/cluster/cluster-options.ts", "ClusterOptions"],
    defaults: { ...resolveClusterOptions({ brokers: ["localhost:9092"] }) },
  },
  {
    of: "a producer",
    readme: "packages/producer/README.md",
    heading: "## Options",
    declared: ["packages/producer/src/options.ts", "ProducerOptions"],
    defaults: { ...resolveProducerOptions({}, { requestTimeoutMs: 30_000 }) },
  },
  {
    of: "a consumer",
    readme: "packages/consumer/README.md",
    heading: "## Options",
    declared: ["packages/consumer/src/options.ts", "ConsumerOptions"],
    defaults: { ...resolveConsumerOptions({ groupId: "g" }) },
  },
] as const;

describe.each(tables)("the options of $of", ({ readme, heading, declared: [file, name], defaults }) => {
  const rows = tableUnder(readFileSync(join(repository, readme), "utf8"), heading);
  const values: Readonly<Record<string, unknown>> = defaults;

  it("stand in the README, all of them", () => {
    const declared = fieldsOf(readFileSync(join(repository, file), "utf8"), name);
    expect(rows.map(([option = ""]) => option.replaceAll("`", "")).toSorted()).toEqual(declared.toSorted());
  });

  it.each(rows)("%s has the default %s", (option = "", shown) => {
    const value = values[option.replaceAll("`", "")];
    if (shown === "required" || shown === "the client's") return;
    if (typeof value === "number") expect(shown).toBe(value.toLocaleString("en"));
    else if (typeof value === "string" || typeof value === "boolean")
      expect(shown).toBe(`\`${JSON.stringify(value)}\``);
    else expect(shown).toMatch(/\S/);
  });
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
