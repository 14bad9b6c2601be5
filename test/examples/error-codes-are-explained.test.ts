import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { errorDescriptions } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { repository } from "../support/repository.js";
import { tableUnder } from "../support/tables-of-the-docs.js";

const guide = readFileSync(join(repository, "docs/guides/errors-and-retries.md"), "utf8");
const [, ofTheBroker = ""] = guide.split("\n## Codes of the broker\n");

/** The packages that an application has in its process; the broker is not one of them. */
const packages = ["protocol-codec", "connection-pool", "producer", "consumer", "admin", "client"];

/** The code of the rows of a table: what stands as code in the first cell. */
function codesOf(rows: readonly (readonly string[])[]): string[] {
  return rows.map(([cell = ""]) => cell.replaceAll("`", ""));
}

/** Every code that begins with CLIENT_ and stands as a text of its own in the sources, comments left out. */
function codesInSources(): string[] {
  const found = packages.flatMap((name) => {
    const folder = join(repository, "packages", name, "src");
    return readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"))
      .flatMap((file) => [...readFileSync(join(folder, file), "utf8").matchAll(/"(CLIENT_[A-Z_]+)"/g)])
      .map(([, code = ""]) => code);
  });
  return [...new Set(found)].toSorted();
}

describe("the guide on errors explains", () => {
  it("each code of the client, in the order of the alphabet, and no other", () => {
    const codes = codesInSources();
    expect(codes.length).toBeGreaterThan(20);
    const rows = tableUnder(guide, "## Codes of the client");
    expect(codesOf(rows)).toEqual(codes);
    expect(rows.filter((cells) => cells.length !== 4 || cells.includes(""))).toEqual([]);
  });

  it("each code of Kafka's once, by its number and its sentence", () => {
    const rows = [...ofTheBroker.matchAll(/^\| `(\w+)` \| (-?\d+) \| (.*?) \|/gm)].map(([, name, code, message]) => ({
      name,
      code: Number(code),
      message,
    }));
    const known = errorDescriptions
      .filter(({ code }) => code !== 0)
      .map(({ name, code, message }) => ({ name, code, message }));
    expect(rows.toSorted((one, other) => one.code - other.code)).toEqual(known);
  });

  it("as passing those that are tried again, and no other", () => {
    const passing = errorDescriptions.filter(({ retriable }) => retriable).map(({ name }) => name);
    expect(codesOf(tableUnder(guide, "### It passes: tried again"))).toEqual(passing);
  });
});
