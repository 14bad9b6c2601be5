import { readFileSync } from "node:fs";
import { join } from "node:path";
import { publint } from "publint";
import { formatMessage } from "publint/utils";
import { describe, expect, inject, test } from "vitest";
import { runProgram } from "../support/child-program.js";
import { publishedPackages } from "./published.js";
import { repository } from "../support/repository.js";

const attw = join(repository, "node_modules/@arethetypeswrong/cli/dist/index.js");

describe("each packed package", () => {
  test.concurrent.each(publishedPackages)("has no fault that publint knows: $name", async ({ name }) => {
    const tarball = new Uint8Array(readFileSync(inject("tarballs")[name] ?? ""));
    const { messages, pkg } = await publint({ pack: { tarball: tarball.buffer }, strict: true, level: "suggestion" });
    expect(messages.map((message) => formatMessage(message, pkg, { color: false }))).toEqual([]);
    expect(pkg["name"]).toBe(name);
  });

  test.concurrent.each(publishedPackages)(
    "gives the right types to node10, node16 (both kinds) and bundlers: $name",
    async ({ name }) => {
      const tarball = inject("tarballs")[name] ?? "";
      const options = ["--profile", "strict", "--format", "ascii", "--no-emoji", "--no-color"];
      const { code, stdout } = await runProgram(process.execPath, [attw, tarball, ...options], { timeoutMs: 200_000 });
      expect(code, stdout).toBe(0);
    },
  );
});
