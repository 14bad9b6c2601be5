import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { repository } from "../support/repository.js";

const sections = new Map(
  readFileSync(join(repository, "docs/design.md"), "utf8")
    .split(/^## /m)
    .map((section) => [section.slice(0, section.indexOf("\n")), section]),
);

/** The rows of the tables in a section, as cells. */
function rowsOf(title: string): (readonly string[])[] {
  const lines = sections.get(title)?.split("\n") ?? [];
  return lines.filter((line) => /^\| (?!What is|Room|Kafka's word)/.test(line)).map((line) => line.split(" | "));
}

/** What stands as code in a cell. */
function codesIn(cell: string | undefined): string[] {
  return [...(cell ?? "").matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? "");
}

/** Whether there is such a folder or source file, below the repository or below packages/. */
function isThere(path: string): boolean {
  return ["", "packages/"].some((base) =>
    ["", ".ts"].some((end) => existsSync(join(repository, `${base}${path}${end}`))),
  );
}

/** Whether a name is a whole path, of another room than the row is about. */
function isPlace(name: string): boolean {
  return name.includes("/") && isThere(name);
}

describe("the design", () => {
  it("names only rooms and files that are there, in its map", () => {
    let home = "";
    const lost = rowsOf("Where things are").flatMap(([rooms, files]) => {
      const folders = codesIn(rooms).map((room) => {
        if (!room.startsWith("…")) home = /^[^/]+\/src/.exec(room)?.[0] ?? room;
        return room.replace("…", home);
      });
      const names = codesIn(files).filter((name) => !/[*…]/.test(name));
      return [
        ...folders.filter((folder) => !isThere(folder)),
        ...names.filter((name) => !folders.some((folder) => isThere(`${folder}/${name}`)) && !isPlace(name)),
      ];
    });
    expect(lost).toEqual([]);
  });

  it.each(["Where to begin for which change", "Kafka's words, and ours"])("leads to what is there: %s", (title) => {
    const rows = rowsOf(title);
    expect(rows.length).toBeGreaterThan(15);
    const paths = rows.flatMap(([, places]) => codesIn(places)).filter((code) => code.split("/").length > 2);
    expect(paths.filter((path) => !isThere(path))).toEqual([]);
  });
});
