import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { documentedOptions, shownDefault, type DocumentedOptions } from "../support/documented-options.js";
import { repository } from "../support/repository.js";
import { tableUnder } from "../support/tables-of-the-docs.js";

interface OptionTable {
  readonly page: string;
  readonly heading: string;
  readonly of: keyof typeof documentedOptions;
  /** Whether it is about some of the options only. Default false. */
  readonly isPart?: boolean;
}

/** The tables of options in the documentation: option, default, and what it is. */
const tables: readonly OptionTable[] = [
  { page: "packages/client/README.md", heading: "## Options of `new Kafka`", of: "new Kafka" },
  { page: "packages/producer/README.md", heading: "## Options", of: "producer" },
  { page: "packages/consumer/README.md", heading: "## Options", of: "consumer" },
  { page: "packages/reference-broker/README.md", heading: "## Options of `startBroker`", of: "startBroker" },
  { page: "docs/guides/consuming.md", heading: "## Options", of: "consumer" },
  { page: "docs/guides/consuming.md", heading: "### Reading, working and writing as one", of: "transform" },
  { page: "docs/guides/producing.md", heading: "## All options", of: "producer" },
  { page: "docs/guides/tuning.md", heading: "### Of a producer", of: "producer", isPart: true },
  { page: "docs/guides/tuning.md", heading: "### Of a consumer", of: "consumer", isPart: true },
  { page: "docs/guides/errors-and-retries.md", heading: "### The pauses between attempts", of: "retry" },
];

describe.each(tables)("the table below $heading in $page", ({ page, heading, of, isPart = false }) => {
  const rows = tableUnder(readFileSync(join(repository, page), "utf8"), heading);
  const { names, defaults }: DocumentedOptions = documentedOptions[of];

  it("has all options, or some where it is about some, and no other", () => {
    const shown = rows.map(([option = ""]) => option.replaceAll("`", "")).toSorted();
    expect(shown).toEqual(isPart ? shown.filter((name) => names.includes(name)) : names.toSorted());
  });

  it.each(rows)("has %s with its default, %s", (option = "", shown = "") => {
    if (shown === "required" || shown === "the client's") return;
    const wanted = shownDefault(defaults[option.replaceAll("`", "")]);
    if (wanted === undefined) expect(shown).toMatch(/\S/);
    else expect(shown).toBe(wanted);
  });
});
