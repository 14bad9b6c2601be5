import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { repository } from "../support/repository.js";
import { readManifest } from "./published.js";

const policy = read("SUPPORT.md");

test("the policy's versions of Node.js are those that every change is tried on", () => {
  const told = new Set([...policy.matchAll(/^\| (\d+) \| tested with every change/gm)].map(([, major]) => major));
  const onEveryChange = /node: \[(.*)\]/.exec(read(".github/workflows/ci.yml"))?.[1] ?? "";
  expect(told).toEqual(new Set(Object.keys(inject("nodes"))));
  expect(told).toEqual(new Set([...onEveryChange.matchAll(/\d+/g)].map(([major]) => major)));
  expect(readManifest(repository).engines).toEqual({ node: `>=${/from (20\.\d+) on/.exec(policy)?.[1]}` });
});

test("the policy's version of Kafka is the one that every change is tried on", () => {
  const told = /\| tested with every change \| Apache Kafka ([\d.]+),/.exec(policy)?.[1];
  expect(read("test/support/apache-kafka.pom.xml")).toContain(`<version>${told}</version>`);
});

test("the policy's versions of TypeScript are those that declarations are tried with", () => {
  const told = /tested with TypeScript (\d+\.\d+) and (\d+),/.exec(policy)?.slice(1) ?? [];
  const tools = JSON.parse(readFileSync(join(inject("tools"), "node_modules/typescript/package.json"), "utf8")) as {
    version: string;
  };
  const ours = JSON.parse(read("node_modules/typescript/package.json")) as { version: string };
  expect([tools.version, ours.version].map((version, at) => version.startsWith(`${told[at]}.`))).toEqual([true, true]);
});

function read(file: string): string {
  return readFileSync(join(repository, file), "utf8");
}
