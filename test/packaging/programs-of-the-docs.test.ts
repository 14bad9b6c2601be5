import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { transform } from "esbuild";
import { beforeAll, describe, expect, inject, test } from "vitest";
import { outputOf, pages, patternOf, programsIn, type Program } from "../support/programs-of-the-docs.js";
import { repository } from "../support/repository.js";
import { newApplication, plainEnvironment } from "./consumer.js";
import { publishedPackages, readManifest } from "./published.js";

const application = join(inject("work"), "reader");
const all = pages.flatMap(programsIn);
const programs = all.filter(({ runner }) => runner === "node");
const ours = new Set(publishedPackages.map(({ name }) => name));

/** The packages of others that a program asks for. */
function othersIn({ text }: Program): string[] {
  const specifiers = Array.from(text.matchAll(/(?:from|import|require\()\s*"([^"]+)"/g), ([, name = ""]) => name);
  const names = specifiers.map((name) => /^(?:@[^/]+\/)?[^/]+/.exec(name)?.[0] ?? "");
  return names.filter((name) => !name.startsWith("node:") && !name.startsWith(".") && !ours.has(name));
}

/** The version that the documentation's own tests use. */
function specOf(name: string): string {
  const manifest = join(repository, "docs/examples/node_modules", name);
  return existsSync(manifest) ? `${name}@${readManifest(manifest).version}` : name;
}

/** A program with `require` in place of `import`, as an application without `"type": "module"` has it. */
function asCommonJs(text: string): string {
  const required = text
    .replaceAll(/^import \* as (\w+) from ("[^"]+");$/gm, "const $1 = require($2);")
    .replaceAll(/^import (\w+) from ("[^"]+");$/gm, "const $1 = require($2);")
    .replaceAll(/^import \{([^}]*)\} from ("[^"]+");$/gm, (_all, names: string, from: string) => {
      return `const {${names.replaceAll(" as ", ": ")}} = require(${from});`;
    });
  return `(async () => {\n${required}\n})();\n`;
}

beforeAll(async () => {
  const others = [...new Set(all.filter(({ runner }) => ["node", "commonjs"].includes(runner)).flatMap(othersIn))].map(
    specOf,
  );
  await newApplication(application, [...Object.values(inject("tarballs")), "@types/node@26.6.7", ...others]);
});

async function tryOut({ prints }: Program, file: string, text: string): Promise<void> {
  writeFileSync(join(application, file), text);
  const { code, output } = await outputOf([file], { cwd: application, env: plainEnvironment });
  expect(code, output).toBe(0);
  if (prints !== undefined) expect(patternOf(prints).test(output) ? prints : output).toBe(prints);
}

describe("in an application that has installed what npm shows, and nothing else", () => {
  test.concurrent.each(programs.map((program, index) => [program.title, program, index] as const))(
    "as an ES module: %s",
    async (_title, program, index) => {
      const { language, text } = program;
      const plain = language === "js" ? text : (await transform(text, { loader: "ts", target: "node20" })).code;
      await tryOut(program, `${index}.mjs`, plain);
    },
  );

  const inCommonJs = [
    ...all.filter(({ runner }) => runner === "commonjs"),
    ...programs
      .filter(
        ({ title, language }) =>
          language === "js" && /^(README|docs\/getting|docs\/guides\/(producing|consuming))/.test(title),
      )
      .map((program) => ({ ...program, text: asCommonJs(program.text) })),
  ];

  test.concurrent.each(inCommonJs.map((program, index) => [program.title, program, index] as const))(
    "with require: %s",
    async (_title, program, index) => tryOut(program, `${index}.cjs`, program.text),
  );

  // With the newest types of Node.js as of this writing, and the declarations of packages looked at too.
  test("under TypeScript's strict rules", async () => {
    const typed = programs.filter(({ language }) => language === "ts");
    typed.forEach(({ text, title }, index) => writeFileSync(join(application, `${index}.mts`), `// ${title}\n${text}`));
    const compilerOptions = {
      ...{ module: "nodenext", target: "es2022", lib: ["es2023", "esnext.disposable"], types: ["node"] },
      ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, noEmit: true },
    };
    writeFileSync(join(application, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.mts"] }));
    const compiler = join(inject("tools"), "node_modules/typescript/bin/tsc");
    expect(typed).not.toHaveLength(0);
    expect(await outputOf([compiler, "-p", "."], { cwd: application })).toEqual({ code: 0, output: "" });
  });
});
