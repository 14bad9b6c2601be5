import { readFileSync } from "node:fs";
import { join } from "node:path";
import { diagnosticsChannels, diagnosticsTraces } from "moldau";
import { expect, it } from "vitest";
import { repository } from "../support/repository.js";

const guide = readFileSync(join(repository, "docs/guides/observing.md"), "utf8");

/** The names in the first column of the table that begins with this cell. */
function namesOf(head: string): string[] {
  const table = guide.slice(guide.indexOf(`\n| ${head} |`)).split("\n\n")[0] ?? "";
  return Array.from(table.matchAll(/^\| `([^`]+)` \|/gm), ([, name = ""]) => name);
}

const ofEvents = (whose: string) =>
  Object.keys(diagnosticsChannels)
    .filter((name) => name.startsWith(`moldau:${whose}:`))
    .map((name) => name.slice(`moldau:${whose}:`.length));

it.each([
  ["Producer", "producer"],
  ["Consumer", "consumer"],
])("the guide lists all events of a %s", (head, whose) => {
  expect(namesOf(head).toSorted()).toEqual(ofEvents(whose).toSorted());
});

it("the guide lists all other channels, and all tracing channels", () => {
  const others = Object.keys(diagnosticsChannels).filter((name) => !/^moldau:(producer|consumer):/.test(name));
  const events = namesOf("Channel | Event").filter((name) => !name.endsWith("…"));
  expect(events.toSorted()).toEqual(others.toSorted());
  expect(namesOf("Channel | Context").toSorted()).toEqual(Object.keys(diagnosticsTraces).toSorted());
});
