import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { outputOf, pages, programsIn } from "../support/programs-of-the-docs.js";
import { repository } from "../support/repository.js";

/** Without what Vitest tells its children: they are run by a Vitest of their own, or by Node.js. */
const env = Object.fromEntries(
  Object.entries(process.env).filter(
    ([name]) => !/^(NODE_OPTIONS|NODE_ENV|NODE_TEST_CONTEXT|VITEST.*|TEST|FORCE_COLOR)$/.test(name),
  ),
);

const vitest = join(repository, "node_modules/vitest/vitest.mjs");

/** How those who read the documentation run such a file, and how many passed. Those for Jest are run with the packages as they are published. */
const runners = {
  vitest: { args: [vitest, "run", "--config", "vitest.config.mjs"], passed: /Test Files +(\d+) passed \(\1\)/ },
  "node:test": { args: ["--test"], passed: /^# fail 0$/m },
} as const;

test.each(Object.entries(runners))(
  "every test in the documentation that is for %s passes there",
  async (runner, { args, passed }) => {
    const tests = pages.flatMap(programsIn).filter((program) => program.runner === runner);
    expect(tests).not.toHaveLength(0);
    const folder = join(repository, "docs/examples/node_modules/.cache/tests", runner.replace(":", "-"));
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, "vitest.config.mjs"), "export default {};\n");
    writeFileSync(join(folder, "package.json"), '{ "type": "module" }\n');
    tests.forEach(({ language, title, text }, index) =>
      writeFileSync(join(folder, `${index}.test.${language}`), `// ${title}\n${text}`),
    );
    const { code, output } = await outputOf(args, { cwd: folder, env: { ...env, NO_COLOR: "1" } });
    expect(code, output).toBe(0);
    expect(output).toMatch(passed);
  },
);
