import { cpSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runProgram } from "../support/child-program.js";
import { repository } from "../support/repository.js";
import { plainEnvironment } from "./consumer.js";
import { publishedPackages } from "./published.js";

const work = mkdtempSync(join(tmpdir(), "moldau-release-test-"));
/** The working tree as one commit of a repository of its own, with a change that is to be released. */
const checkout = join(work, "checkout");

const run = (command: string, args: readonly string[]) =>
  runProgram(command, [...args], { cwd: checkout, env: plainEnvironment, timeoutMs: 300_000 });
const release = (...args: string[]) => run(process.execPath, ["scripts/run.cjs", "release", ...args]);

async function commit(): Promise<void> {
  await run("git", ["add", "--all"]);
  const identity = ["-c", "user.name=Test", "-c", "user.email=test@example.com"];
  const { code, stderr } = await run("git", [...identity, "commit", "--quiet", "--message", "A change"]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
}

beforeAll(async () => {
  const { stdout } = await runProgram("git", ["ls-files", "--cached", "--others", "--exclude-standard"], {
    cwd: repository,
  });
  const files = stdout.split("\n").filter((name) => name !== "" && existsSync(join(repository, name)));
  for (const file of files) cpSync(join(repository, file), join(checkout, file), { recursive: true, force: true });
  writeFileSync(join(checkout, ".changeset/of-this-test.md"), '---\n"moldau": patch\n---\n\nA line of this test.\n');
  await run("git", ["init", "--quiet", "--initial-branch=main"]);
  await commit();
});

afterAll(() => rmSync(work, { recursive: true, force: true }));

describe("npm run release -- --dry-run", () => {
  test("goes through version, changelog, build, packing and publishing, and changes and publishes nothing", async () => {
    const { code, stdout, stderr } = await release("--dry-run");
    expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toContain("A line of this test. ([");
    expect(stdout).not.toContain("Updated dependencies");
    for (const { name } of publishedPackages)
      expect(stdout).toMatch(new RegExp(`^  ${name}@\\d+\\.\\d+\\.\\d+ +\\d+ kB`, "m"));
    expect(stdout).toContain("Nothing was published");
    expect((await run("git", ["status", "--porcelain"])).stdout).toBe("");
  });
});

test("without --dry-run nothing is published from a computer that cannot sign where packages come from", async () => {
  const { code, stderr } = await release();
  expect(code).toBe(1);
  expect(stderr).toContain("npm run release -- --dry-run");
});
