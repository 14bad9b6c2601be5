import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { runProgram } from "../support/child-program.js";
import { repository } from "../support/repository.js";

const application = inject("application");
const five = join(inject("tools"), "node_modules/typescript");
const seven = join(repository, "node_modules/typescript");

/** Every way of finding a package that TypeScript has; node10 ended with its sixth version. */
const ways = [
  { name: "nodenext, ES module", typescript: seven, file: "program.mts", module: "nodenext", resolution: "nodenext" },
  { name: "nodenext, CommonJS", typescript: seven, file: "program.cts", module: "nodenext", resolution: "nodenext" },
  { name: "bundler", typescript: seven, file: "program.ts", module: "esnext", resolution: "bundler" },
  { name: "node16, ES module", typescript: five, file: "program.mts", module: "node16", resolution: "node16" },
  { name: "node16, CommonJS", typescript: five, file: "program.cts", module: "node16", resolution: "node16" },
  {
    name: "nodenext, ES module (5.9)",
    typescript: five,
    file: "program.mts",
    module: "nodenext",
    resolution: "nodenext",
  },
  { name: "node10", typescript: five, file: "program.ts", module: "commonjs", resolution: "node10" },
];

describe.each(ways)("TypeScript with $name", ({ name, typescript, file, module, resolution }) => {
  test("a program finds its types, and the types hold together", async () => {
    const folder = join(application, `types ${name}`.replaceAll(/[^a-z0-9]+/gi, "-"));
    mkdirSync(folder);
    copyFileSync(join(repository, "test/packaging/programs/typed-application.ts"), join(folder, file));
    const compilerOptions = {
      ...{ module, moduleResolution: resolution, target: "es2022", outDir: "out" },
      ...{ strict: true, exactOptionalPropertyTypes: true, skipLibCheck: false },
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: [file] }));
    const { code, stdout } = await runProgram(process.execPath, [join(typescript, "bin/tsc"), "-p", folder]);
    expect(stdout).toBe("");
    expect(code).toBe(0);
  });
});
