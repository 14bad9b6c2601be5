import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { runProgram } from "../support/child-program.js";
import { plainEnvironment } from "./consumer.js";
import { repository } from "../support/repository.js";

test("Jest loads the packages, without configuration", async () => {
  const cwd = inject("application");
  copyFileSync(join(repository, "test/packaging/programs/jest-program.test.js"), join(cwd, "jest-program.test.js"));
  writeFileSync(join(cwd, "jest.config.json"), "{}");
  const jest = join(inject("tools"), "node_modules/jest/bin/jest.js");
  const { code, stderr } = await runProgram(process.execPath, [jest, "--ci"], {
    cwd,
    env: plainEnvironment,
    timeoutMs: 90_000,
  });
  expect(stderr).toMatch(/Tests: +2 passed, 2 total/);
  // Jest complains when something is still open after the tests: sockets, timers.
  expect(stderr).not.toContain("did not exit");
  expect(code).toBe(0);
});
