import { cpSync, existsSync, mkdirSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { runProgram } from "../support/child-program.js";
import { repository } from "../support/repository.js";
import { npm, plainEnvironment } from "./consumer.js";

const examples = join(repository, "docs/examples");
const recipes = readdirSync(examples).filter((name) => existsSync(join(examples, name, "package.json")));

describe("an example that is copied out of the repository", () => {
  test("is found: there are several", () => {
    expect(recipes.length).toBeGreaterThan(5);
  });

  test.concurrent.each(recipes)("installs what it needs, and passes its own tests: %s", async (name) => {
    const folder = join(inject("work"), "recipes", name);
    mkdirSync(folder, { recursive: true });
    cpSync(join(examples, name), folder, {
      recursive: true,
      filter: (path) => basename(path) !== "node_modules",
    });
    await npm(folder, ["install", "--save-exact", ...Object.values(inject("tarballs"))]);
    const { code, stdout, stderr } = await runProgram("npm", ["test"], {
      cwd: folder,
      env: plainEnvironment,
      timeoutMs: 100_000,
    });
    expect(code, stdout + stderr).toBe(0);
    expect(stdout).toMatch(/pass [1-9]|[1-9]\d* passed/);
  });
});
