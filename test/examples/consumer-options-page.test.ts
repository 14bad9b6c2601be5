import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { consumerOptionsPage } from "../../docs/site/consumer-options.js";
import { repository } from "../support/repository.js";

const source = readFileSync(join(repository, "packages/consumer/src/options.ts"), "utf8");

test("docs/reference/consumer-options.md says what the doc comments say", async () => {
  await expect(
    consumerOptionsPage(source),
    "The page is out of date. Write it again with: npm run docs",
  ).toMatchFileSnapshot("../../docs/reference/consumer-options.md");
});

test("an option that has no place on the page, or no comment, is named", () => {
  const withOne = (option: string) => `export interface ConsumerOptions {\n${option}\n}\n`;
  expect(() => consumerOptionsPage(withOne("  /** New. Default: none. */\n  readonly brandNew?: string;"))).toThrow(
    "gives no place to: brandNew",
  );
  expect(() => consumerOptionsPage(withOne("  readonly topics?: readonly string[];"))).toThrow("has no doc comment");
});
