import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { expect, test } from "vitest";
import { repository } from "../support/repository.js";

interface Member {
  /** "packages/producer/src/options.ts:12 ProducerOptions.acks". */
  readonly place: string;
  /** Its doc comment, on one line. */
  readonly comment: string;
  /** What stands behind its name, up to the end of the line. */
  readonly code: string;
}

const packages = join(repository, "packages");
const everything = readdirSync(packages);
/** The packages that applications use; what their classes throw is for applications to handle. */
const forApplications = ["client", "producer", "consumer", "admin", "reference-broker"];

test("every option says its default, unless it must be given", () => {
  const options = membersOf(everything, {
    declaration: /^export interface (?<name>\w+(?:Options|Settings))\b/,
    member: /^ {2}(?:readonly )?(?<name>\w+)\?/,
  });
  expect(options.length).toBeGreaterThan(100);
  expect(options.filter(({ comment }) => !/\bdefaults?\b/i.test(comment)).map(({ place }) => place)).toEqual([]);
});

test("every time says its unit", () => {
  const times = membersOf(everything, {
    declaration: /^export interface (?<name>\w+)\b/,
    member: /^ {2}(?:readonly )?(?<name>\w+Ms)\??:/,
  });
  expect(times.length).toBeGreaterThan(20);
  expect(times.filter(({ comment }) => !comment.includes("millisecond")).map(({ place }) => place)).toEqual([]);
});

test("every call of a client or a broker that can fail says by what", () => {
  const calls = membersOf(forApplications, {
    declaration: /^export class (?<name>Kafka|Producer|Consumer|Admin|ReferenceBroker)\b/,
    member: /^ {2}(?:async )?(?<name>[a-z]\w*)(?:<[^(]*>)?\(/,
  }).filter(
    ({ place, code }) => !place.endsWith(".constructor") && (code.includes("Promise<") || !code.startsWith("()")),
  );
  expect(calls.length).toBeGreaterThan(40);
  const silent = calls.filter(({ comment }) => !/@throws|\b(?:throws|rejects|fails)\b/i.test(comment));
  expect(silent.map(({ place }) => place)).toEqual([]);
});

/** How declarations begin, and their members, each with the name in a group. */
interface Wanted {
  readonly declaration: RegExp;
  readonly member: RegExp;
}

/** The members like this of the public declarations like this. A further overload shares the first one's comment. */
function membersOf(folders: readonly string[], { declaration, member }: Wanted): Member[] {
  return folders.flatMap((folder) => {
    const exported = new Set(exportsOf(join(packages, folder)));
    return sourcesIn(join(packages, folder, "src")).flatMap((file) => {
      const lines = readFileSync(file, "utf8").split("\n");
      return lines.flatMap((line, index) => {
        const owner = declaration.exec(line)?.groups?.["name"];
        if (owner === undefined || !exported.has(owner) || owner.startsWith("Resolved")) return [];
        return membersBelow(lines, index, member).map(({ at, name, code }) => ({
          place: `${relative(repository, file)}:${at + 1} ${owner}.${name}`,
          comment: commentBefore(lines, at),
          code,
        }));
      });
    });
  });
}

function membersBelow(lines: readonly string[], start: number, member: RegExp) {
  const end = lines.findIndex((line, index) => index > start && line.startsWith("}"));
  const told = new Set<string>();
  return lines.slice(start, end).flatMap((line, index) => {
    const name = member.exec(line)?.groups?.["name"];
    if (name === undefined || told.has(name)) return [];
    told.add(name);
    return [{ at: start + index, name, code: line.slice(line.indexOf(name) + name.length) }];
  });
}

function commentBefore(lines: readonly string[], at: number): string {
  if (lines[at - 1]?.endsWith("*/") !== true) return "";
  const start = lines.slice(0, at).findLastIndex((line) => line.trimStart().startsWith("/**"));
  return lines.slice(start, at).join(" ");
}

/** The names that a package gives out. */
function exportsOf(folder: string): string[] {
  const index = readFileSync(join(folder, "src/index.ts"), "utf8");
  return [...index.matchAll(/^export (?:type )?\{(?<names>[^}]*)\}/gm)]
    .flatMap(({ groups }) => (groups?.["names"] ?? "").split(","))
    .map(
      (item) =>
        item
          .trim()
          .replace(/^type /, "")
          .split(" as ")[0] ?? "",
    );
}

function sourcesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return sourcesIn(path);
    return /(?<!\.test|\.d)\.ts$/.test(entry.name) ? [path] : [];
  });
}
