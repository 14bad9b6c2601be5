import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";
import { repository } from "../support/repository.js";

const examples = join(repository, "docs/examples");

/** What `npm start` runs, here and in each example's folder. */
const programs = ["flights.js", ...readdirSync(examples).map((folder) => join(folder, "main.js"))].filter((program) =>
  existsSync(join(examples, program)),
);

it("finds examples", () => {
  expect(programs.length).toBeGreaterThan(2);
});

it.each(programs)("Ctrl+C ends %s within a second, and nothing of it fails", async (program) => {
  // A machine that is busy with other tests may hold one run up.
  let tookMs = Infinity;
  for (let attempts = 0; attempts < 3 && tookMs > 1000; attempts++) {
    const { code, signal, errors, ms } = await interrupted(join(examples, program));
    expect({ code: signal === "SIGINT" ? 0 : code, errors }).toEqual({ code: 0, errors: "" });
    tookMs = Math.min(tookMs, ms);
  }
  expect(tookMs).toBeLessThan(1000);
});

/** Starts a program, interrupts it when it has begun to print, and tells how it ended and how long that took. */
async function interrupted(program: string) {
  const child = spawn(process.execPath, [program], { cwd: dirname(program), stdio: ["ignore", "pipe", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, "close") as Promise<[code: number | null, signal: NodeJS.Signals | null]>;
  await Promise.race([once(child.stdout, "data"), ended]);
  child.stdout.resume();
  const before = performance.now();
  child.kill("SIGINT");
  const [code, signal] = await ended;
  return { code, signal, errors, ms: performance.now() - before };
}
