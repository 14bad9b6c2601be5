import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { publishedPackages, readManifest } from "./published.js";

describe.each(publishedPackages)("the packed $name", ({ name, folder }) => {
  const installed = join(inject("application"), "node_modules", name);
  const files = filesIn(installed).filter((file) => !file.startsWith("node_modules"));

  test("has a licence, a readme, and what its manifest promises", () => {
    expect(files).toEqual(expect.arrayContaining(["LICENSE", "README.md", "package.json"]));
    const manifest = readManifest(installed);
    expect(manifest).toMatchObject({ license: "MIT", engines: { node: ">=20.19" } });
    expect(manifest.description).toMatch(/\w{3}/);
    expect(manifest.keywords).toContain("kafka");
    for (const path of pathsOf([manifest.main, manifest.types, manifest.exports, manifest.bin])) {
      expect(existsSync(join(installed, path)), path).toBe(true);
    }
  });

  test.each(["internal", "state"])("opens ./%s exactly when there is one", (door) => {
    const isOpen = Object.hasOwn(readManifest(installed).exports ?? {}, `./${door}`);
    expect(isOpen).toBe(existsSync(join(folder, `src/${door}.ts`)));
  });

  test("depends on published versions only", () => {
    const versions = Object.values(readManifest(installed).dependencies ?? {});
    expect(versions.filter((version) => !/^[\^~]?\d+\.\d+\.\d+$/.test(version))).toEqual([]);
  });

  test("has no tests, no build records, and nothing else that only we need", () => {
    const allowed =
      /^(LICENSE|NOTICE|README\.md|CHANGELOG\.md|package\.json|dist\/.*\.(js|d\.ts)(\.map)?|src\/.*\.(ts|md)|bin\/.*\.m?js|dist\/(cjs\/)?THIRD-PARTY-NOTICES\.txt|dist\/cjs\/package\.json)$/;
    expect(files.filter((file) => !allowed.test(file) || /\.test\.|tsbuildinfo/.test(file))).toEqual([]);
  });

  test("has declarations for every source file and none without", () => {
    const sources = files.filter((file) => /^src\/.*\.ts$/.test(file) && !file.endsWith(".d.ts"));
    const expected = sources.map((file) => file.replace(/^src(.*)\.ts$/, "dist$1.d.ts"));
    const declarations = files.filter((file) => /^dist\/(?!cjs\/).*\.d\.ts$/.test(file));
    expect(declarations.toSorted()).toEqual(expected.toSorted());
  });

  test("has a module for every door, and beside those only what doors share", () => {
    const { exports, bin } = readManifest(installed);
    const doors = pathsOf(exports).filter((path) => /^\.\/dist\/[^/]*\.js$/.test(path));
    if (bin !== undefined) doors.push("./dist/command-line.js");
    const modules = files.filter((file) => /^dist\/(?!cjs\/).*\.js$/.test(file));
    const shared = modules.filter((file) => /^dist\/shared-[A-Z0-9]+\.js$/.test(file));
    expect(modules.toSorted()).toEqual([...doors.map((path) => path.slice(2)), ...shared].toSorted());
  });

  test("has source maps that lead to sources", () => {
    const maps = files.filter((file) => file.endsWith(".map"));
    expect(maps.length).toBeGreaterThan(0);
    for (const map of maps) {
      const { sources, sourcesContent = [] } = JSON.parse(readFileSync(join(installed, map), "utf8")) as SourceMap;
      const lost = sources.filter((source, index) => {
        return typeof sourcesContent[index] !== "string" && !existsSync(join(installed, dirname(map), source));
      });
      expect(lost, map).toEqual([]);
    }
  });

  test("has declarations that show no foreign parser", () => {
    const declarations = files.filter((file) => file.startsWith("dist/") && file.endsWith(".d.ts"));
    const shown = declarations.filter((file) =>
      readFileSync(join(installed, file), "utf8").includes('"binary-parser"'),
    );
    expect(shown).toEqual([]);
  });

  test("has the documentation of every export and every field of a message in the declarations of both kinds", () => {
    for (const file of files.filter((name) => /^src\/.*\.ts$/.test(name) && !name.endsWith(".d.ts"))) {
      const source = readFileSync(join(installed, file), "utf8");
      const exported = [...source.matchAll(/^(\/\*\*(?:[^*]|\*(?!\/))*\*\/)\nexport (?!\{)/gm)];
      const isSchema = /^src\/(messages|state)\//.test(file);
      const fields = isSchema ? [...source.matchAll(/^ +(\/\*\* .* \*\/)\n +\w+:/gm)] : [];
      const comments = [...exported, ...fields].map((match) => match[1]);
      for (const kind of ["dist", "dist/cjs"]) {
        const declarations = readFileSync(join(installed, file.replace(/^src(.*)\.ts$/, `${kind}$1.d.ts`)), "utf8");
        expect(
          comments.filter((comment) => !declarations.includes(comment ?? "")),
          `${kind} of ${file}`,
        ).toEqual([]);
      }
    }
  });

  test("names no folder of the machine that built it", () => {
    const named = files.filter((file) => readFileSync(join(installed, file)).includes(folder));
    expect(named).toEqual([]);
  });
});

interface SourceMap {
  sources: string[];
  sourcesContent?: (string | null)[];
}

function filesIn(folder: string, inside = ""): string[] {
  return readdirSync(join(folder, inside), { withFileTypes: true }).flatMap((entry) => {
    const path = inside === "" ? entry.name : `${inside}/${entry.name}`;
    return entry.isDirectory() ? filesIn(folder, path) : [path];
  });
}

/** Every relative path in a part of a manifest. */
function pathsOf(value: unknown): string[] {
  if (typeof value === "string") return [value];
  return typeof value === "object" && value !== null ? Object.values(value).flatMap(pathsOf) : [];
}
