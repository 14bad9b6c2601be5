import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { optionNames } from "../../packages/reference-broker/src/check-options.js";
import { commandOptions } from "../../packages/reference-broker/src/command/options.js";
import { repository } from "../support/repository.js";
import { tableUnder } from "../support/tables-of-the-docs.js";

const readme = readFileSync(join(repository, "packages/reference-broker/README.md"), "utf8");

it("the broker's README has every option of startBroker, and no other", () => {
  const shown = tableUnder(readme, "## Options of `startBroker`").map(([option = ""]) => option.replaceAll("`", ""));
  expect(shown.toSorted()).toEqual([...optionNames.broker].toSorted());
});

it("the broker's README has every option of the command, with what stands for its value", () => {
  const shown = tableUnder(readme, "## The command").flatMap(([cell = ""]) =>
    Array.from(cell.matchAll(/`--([^`]+)`/g), ([, option = ""]) => option),
  );
  const wanted = [...commandOptions].map(([name, { value }]) => (value === undefined ? name : `${name} ${value}`));
  expect(shown.toSorted()).toEqual(wanted.toSorted());
});

it("the broker's README has every event", () => {
  const source = readFileSync(join(repository, "packages/reference-broker/src/events.ts"), "utf8");
  const [, map = ""] = /interface BrokerEventMap \{(.*?)\n\}/s.exec(source) ?? [];
  const events = Array.from(map.matchAll(/^ {2}(\w+): \(event/gm), ([, name = ""]) => name);
  expect(events).toContain("groupChanged");
  for (const event of events.filter((name) => name !== "error")) expect(readme).toContain(`\`${event}\``);
});
