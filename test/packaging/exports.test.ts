import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, inject, test } from "vitest";
import { runProgram } from "../support/child-program.js";
import { publishedPackages } from "./published.js";
import { repository } from "../support/repository.js";

const application = inject("application");
const typescript = join(inject("tools"), "node_modules/typescript");
const doors = publishedPackages.flatMap(({ entries }) => entries).filter((door) => !door.endsWith("/internal"));

interface Found {
  /** Number of names at the door. */
  readonly named: number;
  /** Types that are reached and have no name there, each with the way that leads to it. */
  readonly missing: Readonly<Record<string, string>>;
  /** A library that gives back whatever the package's functions and methods give, without a type of its own. */
  readonly library: string;
}

async function lookAt(door: string): Promise<Found> {
  const program = join(repository, "test/packaging/programs/reachable-types.mjs");
  const args = [program, join(typescript, "lib/typescript.js"), door, join(application, "any.mts")];
  const { code, stdout, stderr } = await runProgram(process.execPath, args);
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Found;
}

describe.each(doors)("%s", (door) => {
  test("names every type that its options, results and events lead to", async () => {
    const { named, missing } = await lookAt(door);
    expect(missing).toEqual({});
    expect(named).toBeGreaterThan(0);
  });
});

describe("a library that gives back all that moldau gives", () => {
  /** As pnpm installs it: `moldau` is there, and what it depends on cannot be named. */
  const strict = mkdtempSync(join(tmpdir(), "moldau-library-"));
  afterAll(() => rmSync(strict, { recursive: true, force: true }));

  test.each([
    ["5.9", typescript],
    ["7", join(repository, "node_modules/typescript")],
  ])("compiles to declarations with TypeScript %s", async (version, compiler) => {
    const folder = join(strict, version);
    mkdirSync(join(folder, "node_modules/@types"), { recursive: true });
    for (const name of ["moldau", "@types/node"])
      symlinkSync(join(application, "node_modules", name), join(folder, "node_modules", name));
    const { library } = await lookAt("moldau");
    expect(library.split("\n").length).toBeGreaterThan(30);
    writeFileSync(join(folder, "library.mts"), library);
    const compilerOptions = {
      ...{ module: "nodenext", target: "es2022", lib: ["es2023", "esnext.disposable"], types: ["node"] },
      ...{ strict: true, declaration: true, outDir: "out", skipLibCheck: true },
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files: ["library.mts"] }));
    const { code, stdout } = await runProgram(process.execPath, [join(compiler, "bin/tsc"), "-p", folder]);
    expect(stdout).toBe("");
    expect(code).toBe(0);
  });
});
