import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
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

it.each(programs)("Ctrl+C ends %s within a second, and no error is left to Node", async (program) => {
  let tookMs = Infinity;
  let limitMs = 0;
  for (let attempts = 0; attempts < 3 && tookMs > limitMs; attempts++) {
    limitMs = 1000 * (await slowness());
    const { errors, ms } = await interrupted(join(examples, program));
    // A sentence about what was interrupted is fine.
    expect(errors).not.toMatch(/^ +at |warning/im);
    tookMs = ms;
  }
  expect(tookMs).toBeLessThan(limitMs);
});

/** How much slower than alone this machine is at the moment, with everything else that it does: alone it starts and ends Node in less than 80 ms. */
async function slowness(): Promise<number> {
  const before = performance.now();
  await once(spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }), "close");
  return Math.max(1, (performance.now() - before) / 80);
}

/** Starts a program, interrupts it when it has begun to print or is at work for three seconds, and tells how long it took to end. */
async function interrupted(program: string) {
  const child = spawn(process.execPath, [program], { cwd: dirname(program), stdio: ["ignore", "pipe", "pipe"] });
  let errors = "";
  child.stderr.on("data", (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, "close");
  await Promise.race([once(child.stdout, "data"), ended, sleep(3000)]);
  child.stdout.resume();
  const before = performance.now();
  child.kill("SIGINT");
  await ended;
  return { errors, ms: performance.now() - before };
}
