import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { clientSoftware } from "./software.js";

it("names this package's version, in a form that brokers take", () => {
  const manifest = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as { version: string };
  expect(clientSoftware.version).toBe(manifest.version);
  for (const text of Object.values(clientSoftware))
    expect(text).toMatch(/^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/);
});
