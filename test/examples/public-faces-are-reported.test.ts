import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../support/repository.js";

const packages = join(repository, "packages");

/** What can be imported of a package, as its manifest says: "." and the names of further doors; what is between our own packages is left out. */
function doorsOf(folder: string): string[] {
  const manifest: { readonly exports: Readonly<Record<string, unknown>> } = JSON.parse(
    readFileSync(join(packages, folder, "package.json"), "utf8"),
  );
  return Object.keys(manifest.exports).filter((door) => !["./internal", "./package.json"].includes(door));
}

test("whatever users can import has an API report, and nothing else has", () => {
  const reports = readdirSync(packages).flatMap((folder) =>
    readdirSync(join(packages, folder))
      .filter((file) => file.endsWith(".api.md"))
      .map((file) => `${folder}/${file}`),
  );
  const wanted = readdirSync(packages).flatMap((folder) =>
    doorsOf(folder).map((door) => `${folder}/${door === "." ? "index" : door.replace("./", "")}.api.md`),
  );
  expect(reports.toSorted()).toEqual(wanted.toSorted());
});

test("whatever users can import has its pages in the reference", () => {
  const doors = readFileSync(join(repository, "docs/site/doors.ts"), "utf8");
  const names = readdirSync(packages).map((folder) => {
    const { name }: { readonly name: string } = JSON.parse(
      readFileSync(join(packages, folder, "package.json"), "utf8"),
    );
    return name;
  });
  expect(names.filter((name) => !doors.includes(`door("${name}"`))).toEqual([]);
});
