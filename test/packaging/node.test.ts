import { copyFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { ChildProgram, runProgram } from "../support/child-program.js";
import { plainEnvironment } from "./consumer.js";
import { publishedPackages } from "./published.js";
import { repository } from "../support/repository.js";

const application = inject("application");
const programs = join(repository, "test/packaging/programs");

beforeAll(() => {
  for (const file of readdirSync(programs)) copyFileSync(join(programs, file), join(application, file));
});

describe.each(Object.entries(inject("nodes")))("on Node %s", (major, node) => {
  const run = (...args: string[]) => runProgram(node, args, { cwd: application, env: plainEnvironment });

  test("is that Node", async () => {
    expect((await run("--version")).stdout).toMatch(new RegExp(`^v${major}\\.`));
  });

  test("every entry loads by import and by require, and exports the same names", async () => {
    const entries = publishedPackages.flatMap((published) => published.entries);
    const { code, stdout, stderr } = await run("load.mjs", ...entries);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout.trim().split("\n")).toHaveLength(entries.length);
  });

  test("errors are recognised across copies", async () => {
    expect(await run("errors.mjs")).toEqual({ code: 0, stdout: "recognised\n", stderr: "" });
  });

  test.each(["round-trip.mjs", "round-trip.cjs"])(
    "a message goes to the broker and comes back: %s",
    async (program) => {
      expect(await run(program)).toEqual({ code: 0, stdout: "orders 42 paid\n", stderr: "" });
    },
  );

  test("everything works where code generation from strings is forbidden", async () => {
    const result = await run("--disallow-code-generation-from-strings", "round-trip.mjs");
    expect(result).toEqual({ code: 0, stdout: "orders 42 paid\n", stderr: "" });
  });

  test("the broker's command line starts, says where, and ends when asked", async () => {
    const command = join(application, "node_modules/@moldau/reference-broker/bin/reference-broker.js");
    const broker = new ChildProgram(node, [command, "--port", "0"], { cwd: application, env: plainEnvironment });
    await broker.waitFor(/Ready on [\d.]+:\d+/);
    await broker.close();
    expect(await broker.ended()).toMatchObject({ code: 0, stderr: "" });
  });
});

test("npx finds the broker's command line", async () => {
  const { code, stdout } = await runProgram("npx", ["@moldau/reference-broker", "--help"], {
    cwd: application,
    env: plainEnvironment,
  });
  expect(stdout).toContain("--port");
  expect(code).toBe(0);
});
