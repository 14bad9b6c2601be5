import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { patternOf } from "../support/programs-of-the-docs.js";
import { repository } from "../support/repository.js";

const folder = join(repository, "docs/examples");
const recipes = readdirSync(folder).filter((name) => existsSync(join(folder, name, "package.json")));

/** Those that work until they are stopped, and a word by which one sees that they do. */
const services: Record<string, string> = { "http-service": "listening on", "lag-dashboard": "READ BY" };

interface Manifest {
  readonly description: string;
  readonly scripts: Readonly<Record<"start" | "test", string>>;
}

/** Runs a script of a recipe as its user does; `kill` presses Ctrl+C, which reaches npm and what it started. */
function npm(recipe: string, script: "start" | "test") {
  const options = { cwd: join(folder, recipe), env: environment(), detached: true } as const;
  const child = spawn("npm", ["run", "--silent", script], { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  const ended = once(child, "close").then(([code]: unknown[]) => code);
  const kill = (signal: NodeJS.Signals): boolean => process.kill(-(child.pid ?? 0), signal);
  return { ended, kill, output: () => output };
}

/** Without what Vitest tells its children: some recipes bring a Vitest of their own. */
function environment(): NodeJS.ProcessEnv {
  const own = /^(NODE_OPTIONS|NODE_ENV|NODE_TEST_CONTEXT|VITEST.*|TEST|FORCE_COLOR|npm_.*)$/;
  return { ...Object.fromEntries(Object.entries(process.env).filter(([name]) => !own.test(name))), NO_COLOR: "1" };
}

describe.each(recipes)("the recipe %s", (recipe) => {
  const { description }: Manifest = JSON.parse(readFileSync(join(folder, recipe, "package.json"), "utf8"));

  test("is listed among the examples, with what it is about, and has a README that says how to run it", () => {
    expect(readFileSync(join(folder, "README.md"), "utf8")).toContain(`- [${recipe}](${recipe}): ${description}.`);
    expect(readFileSync(join(folder, recipe, "README.md"), "utf8")).toContain("npm start");
  });

  test("passes its own tests", async () => {
    const { ended, output } = npm(recipe, "test");
    expect(await ended, output()).toBe(0);
    expect(output()).not.toContain("# pass 0");
  });
});

test.each(Object.entries(services))(
  "the recipe %s works until Ctrl+C is pressed, and ends within a second",
  async (recipe, word) => {
    const tookMs: number[] = [];
    while (tookMs.length < 3 && Math.min(...tookMs) > 1_000) {
      const { ended, kill, output } = npm(recipe, "start");
      await expect.poll(output).toContain(word);
      const pressed = performance.now();
      kill("SIGINT");
      await ended;
      tookMs.push(performance.now() - pressed);
    }
    expect(Math.min(...tookMs)).toBeLessThan(1_000);
  },
);

test.each(recipes.filter((recipe) => !(recipe in services)))(
  "the recipe %s comes to its end, and prints what its README says",
  async (recipe) => {
    const { ended, output } = npm(recipe, "start");
    expect(await ended, output()).toBe(0);
    const readme = readFileSync(join(folder, recipe, "README.md"), "utf8");
    const prints = /^```text\n(?<prints>.*?)^```$/ms.exec(readme)?.groups?.["prints"] ?? "";
    expect(prints).not.toBe("");
    expect(patternOf(prints).test(output()) ? prints : output()).toBe(prints);
  },
);
