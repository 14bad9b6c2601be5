import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { transform } from "esbuild";
import { describe, expect, test } from "vitest";
import { parseCommand } from "../../packages/reference-broker/src/command/parse-command.js";
import { ChildProgram } from "../support/child-program.js";
import { outputOf, pages, patternOf, programsIn } from "../support/programs-of-the-docs.js";
import { repository as root } from "../support/repository.js";
import { shellCommands } from "../support/shell-commands.js";

/** The one folder from which both `moldau` and the broker are found, as in an application that has installed them. */
const application = join(root, "docs/examples");

const run = (args: readonly string[], input = "") => outputOf(args, { cwd: application, input });

/** Those with `require` need what only packed packages have; test/packaging runs them. */
const programs = pages.flatMap(programsIn).filter(({ runner }) => runner === "node");

function blocksIn(language: string): { readonly file: string; readonly text: string }[] {
  const fenced = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms");
  return pages.flatMap((file) =>
    Array.from(readFileSync(file, "utf8").matchAll(fenced), ([, text = ""]) => ({ file: relative(root, file), text })),
  );
}

/** What readers are told to type into a shell, and what a package.json runs, by their words. */
const commandLines = [...blocksIn("sh"), ...blocksIn("json").flatMap(scriptsIn)].flatMap(({ file, text }) =>
  shellCommands(text).map((words) => ({ file, words })),
);

/** The scripts of a package.json, or of a part of one. */
function scriptsIn({ file, text }: { readonly file: string; readonly text: string }) {
  const { scripts = {} } = JSON.parse(text) as { readonly scripts?: Readonly<Record<string, string>> };
  return Object.values(scripts).map((script) => ({ file, text: script }));
}

/** The lines that start a broker, below which stands what it prints until it is ended. */
const brokersThatPrint = pages.flatMap((file) =>
  Array.from(
    readFileSync(file, "utf8").matchAll(
      /^```sh\nnpx @moldau\/reference-broker(?<args>[^\n]*)\n```\n\n```text\n(?<prints>.*?)^```$/gms,
    ),
    ({ groups = {} }) => ({ args: shellCommands(groups["args"] ?? "")[0] ?? [], prints: groups["prints"] ?? "" }),
  ),
);

const bin = join(root, "packages/reference-broker/bin/reference-broker.js");

/** The same arguments, without the ports that another broker on this machine may have. */
function onFreePorts(args: readonly string[]): string[] {
  const free = args.map((arg) => arg.replace(/\b909\d\b/, "0"));
  return free.some((arg) => arg === "--port" || arg === "--listener") ? free : [...free, "--port", "0"];
}

/** What belongs to the program: not where its output goes. */
function argumentsBefore(words: readonly string[]): string[] {
  const at = words.findIndex((word) => /^\d?>/.test(word));
  return words.slice(0, at === -1 ? words.length : at);
}

function isInstalling([program, command = ""]: readonly string[]): boolean {
  return program === "npm" && ["i", "install", "add"].includes(command);
}

/** Ours, and those that some package.json here names; further ones of others that guides speak of stand in the last list. */
const packagesThatThereAre = new Set([
  ...[...readdirSync(join(root, "packages"))].map((folder) => manifestOf(join("packages", folder)).name),
  ...["", "test", "docs/examples"].flatMap((folder) => {
    const { dependencies = {}, devDependencies = {} } = manifestOf(folder);
    return [...Object.keys(dependencies), ...Object.keys(devDependencies)];
  }),
  ...["jest", "pino", "winston", "bunyan", "zod", "fastify", "tsx"],
]);

function manifestOf(folder: string) {
  return JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8")) as {
    readonly name: string;
    readonly dependencies?: Readonly<Record<string, string>>;
    readonly devDependencies?: Readonly<Record<string, string>>;
  };
}

describe("every program in the documentation", () => {
  test("is found: the README has one", () => {
    expect(programs.filter(({ title }) => title.startsWith("README.md"))).not.toHaveLength(0);
  });

  test.concurrent.each(programs.map((program) => [program.title, program] as const))(
    "runs to its end, and prints what stands below it: %s",
    async (_title, { language, text, prints }) => {
      const program = language === "js" ? text : (await transform(text, { loader: "ts", target: "node20" })).code;
      const { code, output } = await run(["--input-type=module"], program);
      expect(code, output).toBe(0);
      if (prints === undefined) return;
      // A text that fits is passed over; one that does not is shown beside what was wanted.
      expect(patternOf(prints).test(output) ? prints : output).toBe(prints);
    },
  );
});

describe("every block of code in the documentation", () => {
  test("is in a language that is tried out here, or no code", () => {
    const blocks = pages.flatMap((file) =>
      [...readFileSync(file, "utf8").matchAll(/^```([^\n]*)\n(?:.*?)^```$/gms)].map(([, language]) => ({
        file,
        language,
      })),
    );
    const byRunners = ["js vitest", "js node:test", "js jest"];
    const tried = ["", "text", "js", "js commonjs", "ts", "sh", "json", ...byRunners];
    expect(blocks.filter(({ language = "" }) => !tried.includes(language))).toEqual([]);
  });

  test("compiles under strict rules when it is TypeScript", async () => {
    const blocks = programs.filter(({ language }) => language === "ts");
    expect(blocks).not.toHaveLength(0);
    const folder = join(application, "node_modules/.cache/blocks");
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    blocks.forEach(({ text, title }, index) => writeFileSync(join(folder, `${index}.mts`), `// ${title}\n${text}`));
    const compilerOptions = {
      ...{ module: "nodenext", target: "es2022", lib: ["es2023", "esnext.disposable"], types: ["node"] },
      ...{ strict: true, exactOptionalPropertyTypes: true, noEmit: true, skipLibCheck: true },
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, include: ["*.mts"] }));
    const { code, output } = await run([join(root, "node_modules/typescript/bin/tsc"), "-p", folder]);
    expect(output).toBe("");
    expect(code).toBe(0);
  });
});

describe("every command line in the documentation", () => {
  test("starts a broker that there is, where it starts one", () => {
    const started = commandLines.flatMap(({ file, words }) => {
      const at = words.findIndex((word) => /(?:^|\/)reference-broker$/.test(word));
      const hasUsers = words.slice(0, at).some((word) => word.startsWith("MOLDAU_USERS="));
      return at === -1 || isInstalling(words) ? [] : [{ file, args: argumentsBefore(words.slice(at + 1)), hasUsers }];
    });
    expect(started).not.toHaveLength(0);
    for (const { file, args, hasUsers } of started)
      expect(() => parseCommand(args, { hasUsers }), `${file}: ${args.join(" ")}`).not.toThrow();
  });

  test.each(brokersThatPrint)("starts a broker that prints what stands below it: $args", async ({ args, prints }) => {
    const cwd = mkdtempSync(join(tmpdir(), "reader-"));
    const program = new ChildProgram(process.execPath, [bin, ...onFreePorts(args)], { cwd });
    try {
      await program.waitFor(/^Ready on (?:.*\n)*/m);
      program.signal("SIGTERM");
      const { code, stdout, stderr } = await program.ended();
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(patternOf(prints.replaceAll(/909\d/g, "…")).test(stdout) ? prints : stdout).toBe(prints);
    } finally {
      await program.close();
      rmSync(cwd, { recursive: true, force: true });
    }
  });

  test("installs packages that there are, where it installs some", () => {
    const installed = commandLines.flatMap(({ file, words }) =>
      isInstalling(words) ? words.slice(2).map((name) => ({ file, name })) : [],
    );
    expect(installed).not.toHaveLength(0);
    const unknown = installed.filter(({ name }) => !name.startsWith("-") && !packagesThatThereAre.has(name));
    expect(unknown, "packages of others stand in a package.json, or in the list of this test").toEqual([]);
  });

  test("is split into words as a shell does it", () => {
    const text = `npm i a "b c" && node 'd # e' \\\n  f # comment\necho g\\ h; i="1 2"\n`;
    const words = [["npm", "i", "a", "b c"], ["node", "d # e", "f"], ["echo", "g h"], ["i=1 2"]];
    expect(shellCommands(text)).toEqual(words);
    expect(() => shellCommands(`echo "never closed`)).toThrow("the shell would not understand this");
  });
});

test("every block of JSON in the documentation is JSON", () => {
  for (const { file, text } of blocksIn("json")) expect(() => void JSON.parse(text), `${file}: ${text}`).not.toThrow();
});

test("the README's program prints the two messages that it sent", async () => {
  const [program] = programsIn(join(root, "README.md"));
  const { output } = await run(["--input-type=module"], program?.text);
  expect(output.trim().split("\n").sort()).toEqual(["42: three apples", "43: a pear"]);
});

test("the main job gives both members work, comes to the same figures as the file, and ends", async () => {
  const { code, output } = await run(["flights.js"]);
  expect(output).toContain("The same figures as computed straight from the file");
  expect(output).toMatch(/the first member received [1-9]/);
  expect(output).toMatch(/the second member received [1-9]/);
  expect(code).toBe(0);
});
