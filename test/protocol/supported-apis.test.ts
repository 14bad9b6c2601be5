import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { apis } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import { repository } from "../support/repository.js";
import { spokenByPackage, supportedApisPage } from "./supported-apis.js";

test("docs/reference/supported-apis.md says what the tables of the packages say", async () => {
  await expect(supportedApisPage(), "The page is out of date. Write it again with: npm run docs").toMatchFileSnapshot(
    "../../docs/reference/supported-apis.md",
  );
});

/** The APIs that a package's sources import from the codec, which they do to make requests. */
function apisImportedBy(folder: string): string[] {
  const names = new Set(apis.map(({ name }) => name));
  const sources = readdirSync(join(repository, "packages", folder, "src"), { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && file !== "apis.ts")
    .map((file) => readFileSync(join(repository, "packages", folder, "src", file), "utf8"));
  const imported = sources
    .flatMap((source) => [...source.matchAll(/^import \{(?<names>[^}]*)\} from "@moldau\/protocol-codec";$/gm)])
    .flatMap(({ groups }) => (groups?.["names"] ?? "").split(","))
    .map((name) => name.trim())
    .filter((name) => names.has(name));
  return [...new Set(imported)].sort();
}

describe("the table of spoken APIs is complete", () => {
  test.each([...spokenByPackage])("in %s", (folder, spoken) => {
    expect(spoken.map(({ api }) => api.name).sort()).toEqual(apisImportedBy(folder));
  });
});
