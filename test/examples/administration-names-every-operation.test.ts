import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Kafka as KafkaJs, logLevel } from "kafkajs";
import { Kafka } from "moldau";
import { expect, test } from "vitest";
import { repository } from "../support/repository.js";
import { tableUnder } from "../support/tables-of-the-docs.js";

const rowsOf = (page: string, heading: string): string[][] =>
  tableUnder(readFileSync(join(repository, page), "utf8"), heading).map((cells) => [...cells]);

const guide = rowsOf("docs/guides/administration.md", "## Every operation");
const readme = rowsOf("packages/admin/README.md", "## Operations");

/** Methods of an admin that are no operations on the cluster. */
const ownLife = ["close", "connect", "constructor", "run"];
const operations = methodsOf(new Kafka({ brokers: ["localhost:1"] }).admin())
  .filter((name) => !ownLife.includes(name))
  .toSorted();

/** The methods of an object, those of its classes' parents among them, but for those of an emitter. */
function methodsOf(object: object): string[] {
  const prototype = Object.getPrototypeOf(object) as object;
  if (Object.hasOwn(prototype, "emit")) return [];
  return [...Object.getOwnPropertyNames(prototype), ...methodsOf(prototype)];
}

function namesIn(cell = ""): string[] {
  return Array.from(cell.matchAll(/`(\w+)`/g), ([, name = ""]) => name);
}

test("the guide's table has every operation of the admin once, and no other", () => {
  expect(operations.length).toBeGreaterThan(15);
  expect(guide.flatMap(([ours]) => namesIn(ours)).toSorted()).toEqual(operations);
});

test("the README's table has every operation of the admin once, and no other", () => {
  expect(readme.flatMap(([ours]) => namesIn(ours)).toSorted()).toEqual(operations);
});

test("what stands under kafkajs is an operation of kafkajs's admin", () => {
  const theirs = new KafkaJs({ brokers: ["localhost:1"], logLevel: logLevel.NOTHING }).admin();
  const names = guide.flatMap(([, cell]) => namesIn(cell));
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) expect(theirs, name).toHaveProperty(name);
});
