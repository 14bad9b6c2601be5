import { spawn } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { repository } from "./repository.js";

/** A program that stands in the documentation. */
export interface Program {
  /** Where it stands. */
  readonly title: string;
  readonly language: "js" | "ts";
  /** What stands behind the language at the head of its block: who runs it, where that is not Node.js by itself. */
  readonly runner: string;
  readonly text: string;
  /** What it prints, where a block of plain text right below the program says it; `…` stands for anything. */
  readonly prints: string | undefined;
}

/** Every page for users: the README, those of the packages, and all of docs/. */
export const pages: readonly string[] = [
  join(repository, "README.md"),
  ...readdirSync(join(repository, "packages")).map((folder) => join(repository, "packages", folder, "README.md")),
  ...markdownIn(join(repository, "docs")),
];

/** The programs of one page, in their order. */
export function programsIn(page: string): readonly Program[] {
  const blocks = readFileSync(page, "utf8").matchAll(
    /^```(?<language>js|ts)(?: (?<runner>[^\n]+))?\n(?<text>.*?)^```$(?:\n\n^```text\n(?<prints>.*?)^```$)?/gms,
  );
  return Array.from(blocks, ({ groups = {} }, index) => ({
    title: `${relative(repository, page)}, program ${index + 1}`,
    language: groups["language"] === "ts" ? "ts" : "js",
    runner: groups["runner"] ?? "node",
    text: groups["text"] ?? "",
    prints: groups["prints"],
  }));
}

/** What a program that prints this prints: `…` alone on a line stands for any lines, even none; within a line for any text. */
export function patternOf(prints: string): RegExp {
  const escaped = prints.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`);
  return new RegExp(`^${escaped.replaceAll(/^…\n/gm, "(?:.*\\n)*").replaceAll("…", ".*")}$`);
}

/** Runs Node.js to its end, to which it has to come by itself within a minute; what it prints on both streams comes as it would in a terminal. */
export async function outputOf(
  args: readonly string[],
  {
    cwd,
    input = "",
    env = process.env,
  }: { readonly cwd: string; readonly input?: string; readonly env?: NodeJS.ProcessEnv },
): Promise<{ readonly code: number | null; readonly output: string }> {
  const child = spawn(process.execPath, args, { cwd, env, stdio: ["pipe", "pipe", "pipe"], timeout: 60_000 });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk: Buffer) => (output += chunk.toString()));
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve, reject) =>
    child.once("error", reject).once("close", resolve),
  );
  return { code, output };
}

function markdownIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    // The folders of the reference are made from the sources, and are no part of the repository.
    const isMade = entry.isDirectory() && folder === join(repository, "docs/reference");
    if (entry.name === "node_modules" || isMade) return [];
    return entry.isDirectory() ? markdownIn(path) : path.endsWith(".md") ? [path] : [];
  });
}
