import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../support/repository.js";

const packages = join(repository, "packages");
const sources = readdirSync(packages).flatMap((name) => sourcesIn(join(packages, name, "src")));

test("every export of every package has its sentence", () => {
  expect(sources.length).toBeGreaterThan(400);
  expect(sources.flatMap((file) => silentExports(file))).toEqual([]);
});

/** The exports of a file before which no doc comment stands. A second name of the same thing, and a further overload, share the first one's. */
function silentExports(file: string): string[] {
  const lines = readFileSync(file, "utf8").split("\n");
  const told = new Set<string>();
  return lines.flatMap((line, index) => {
    const name = /^export (?:abstract |async |declare )*(?:class|function\*?|interface|type|const|enum) (\w+)/.exec(
      line,
    )?.[1];
    if (name === undefined || told.has(name)) return [];
    told.add(name);
    const isSentence = lines[index - 1]?.endsWith("*/") === true && isComplete(lines.slice(0, index));
    return isSentence ? [] : [`${relative(repository, file)}:${index + 1} ${name}`];
  });
}

/** Whether the doc comment that ends here begins with a capital letter, or the name of something, and has a full stop in it. */
function isComplete(before: readonly string[]): boolean {
  const start = before.findLastIndex((line) => line.trimStart().startsWith("/**"));
  const text = before
    .slice(start)
    .join(" ")
    .replaceAll(/\/\*\*|\*\/|^ *\* ?| \* /g, " ")
    .trim();
  return start >= 0 && /^[\p{Lu}\p{N}`{"@]/u.test(text) && /[.:?!]( |$)/.test(text);
}

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourcesIn(path);
    return /(?<!\.test|\.d)\.ts$/.test(entry.name) ? [path] : [];
  });
}
