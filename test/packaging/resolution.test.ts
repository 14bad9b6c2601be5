import { describe, expect, inject, test } from "vitest";
import { join } from "node:path";
import { runProgram } from "../support/child-program.js";
import { pnpm } from "./consumer.js";
import { publishedPackages } from "./published.js";
import { repository } from "../support/repository.js";

describe.each(publishedPackages)("the packed $name", ({ name, folder }) => {
  test("has no fault that publint knows", async () => {
    const { code, stdout, stderr } = await pnpm(folder, ["exec", "publint", "--strict"]);
    expect(stdout + stderr).not.toMatch(/warning|error|suggestion/i);
    expect(code).toBe(0);
  });

  test("gives the right types to node10, node16 (both kinds) and bundlers", async () => {
    const attw = join(repository, "node_modules/@arethetypeswrong/cli/dist/index.js");
    const tarball = inject("tarballs")[name] ?? "";
    const options = ["--profile", "strict", "--format", "ascii", "--no-emoji", "--no-color"];
    const { code, stdout } = await runProgram(process.execPath, [attw, tarball, ...options]);
    expect(code, stdout).toBe(0);
  });
});
