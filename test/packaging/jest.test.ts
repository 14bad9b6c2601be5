import { copyFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { runProgram } from "../support/child-program.js";
import { plainEnvironment } from "./consumer.js";
import { pages, programsIn } from "../support/programs-of-the-docs.js";
import { repository } from "../support/repository.js";

const blocks = pages.flatMap(programsIn).filter(({ runner }) => runner === "jest");

test("Jest loads the packages, without configuration, its fake timers stop nothing, and what the documentation has for it passes", async () => {
  const cwd = inject("application");
  blocks.forEach(({ text }, index) => writeFileSync(join(cwd, `documented-${index}.test.js`), text));
  for (const program of ["jest-program.test.js", "jest-fake-timers.test.js"])
    copyFileSync(join(repository, "test/packaging/programs", program), join(cwd, program));
  writeFileSync(join(cwd, "jest.config.json"), "{}");
  const jest = join(inject("tools"), "node_modules/jest/bin/jest.js");
  const { code, stderr } = await runProgram(process.execPath, [jest, "--ci"], {
    cwd,
    env: plainEnvironment,
    timeoutMs: 90_000,
  });
  expect(stderr).toMatch(/Tests: +(\d+) passed, \1 total/);
  expect(stderr).toContain(`Test Suites: ${2 + blocks.length} passed, ${2 + blocks.length} total`);
  // Jest complains when something is still open after the tests: sockets, timers.
  expect(stderr).not.toContain("did not exit");
  expect(code).toBe(0);
});
