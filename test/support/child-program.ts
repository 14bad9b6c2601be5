import { spawn, type ChildProcess } from "node:child_process";
import type { Socket } from "node:net";
import { join } from "node:path";
import { repository } from "./repository.js";

const tethered = join(repository, "test/support/tethered.mjs");

export interface ProgramOptions {
  /** Written to the program's standard input, which is then closed. Default: nothing. */
  input?: string | Buffer;
  cwd?: string;
  env?: NodeJS.ProcessEnv;
}

export interface ProgramResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** A program under the eyes of a test: what it has printed so far, and its end. It never outlives the test's process. */
export class ChildProgram {
  readonly #child: ChildProcess;
  readonly #name: string;
  readonly #exit: Promise<number>;
  #stdout = "";
  #stderr = "";
  #listeners = new Set<() => void>();
  #ended = false;

  constructor(command: string, args: readonly string[], options: ProgramOptions = {}) {
    this.#name = [command, ...args].join(" ").slice(0, 200);
    this.#child = spawn(process.execPath, [tethered, command, ...args], {
      stdio: ["pipe", "pipe", "pipe", "pipe"],
      cwd: options.cwd,
      env: options.env ?? process.env,
    });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => this.#print(() => (this.#stdout += text)));
    this.#child.stderr?.setEncoding("utf8").on("data", (text: string) => this.#print(() => (this.#stderr += text)));
    this.#child.stdin?.on("error", () => {}); // A program may end without having read its input.
    this.#child.stdin?.end(options.input ?? "");
    this.#exit = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("close", (code) => {
        this.#print(() => (this.#ended = true));
        resolve(code ?? 137);
      });
    });
    this.#exit.catch(() => {}); // Whoever waits for it is told; nobody has to.
  }

  get stdout(): string {
    return this.#stdout;
  }

  get stderr(): string {
    return this.#stderr;
  }

  /** Waits until the program has printed something that matches, on either stream. Fails when it ends or `timeoutMs` (30,000) passes before. */
  async waitFor(pattern: RegExp, { timeoutMs = 30_000 } = {}): Promise<RegExpExecArray> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const match = pattern.exec(this.#stdout) ?? pattern.exec(this.#stderr);
      if (match !== null) return match;
      if (this.#ended) throw new Error(`ended without printing ${pattern}: ${this.#report()}`);
      const left = deadline - Date.now();
      if (left <= 0) throw new Error(`did not print ${pattern} within ${timeoutMs} ms: ${this.#report()}`);
      await this.#nextOutput(left);
    }
  }

  /** Waits for the program's end. Kills it, and fails, when `timeoutMs` (60,000) pass before. */
  async ended({ timeoutMs = 60_000 } = {}): Promise<ProgramResult> {
    const timer = setTimeout(() => this.kill(), timeoutMs);
    const start = Date.now();
    try {
      const code = await this.#exit;
      if (Date.now() - start >= timeoutMs) throw new Error(`was killed after ${timeoutMs} ms: ${this.#report()}`);
      return { code, stdout: this.#stdout, stderr: this.#stderr };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Asks the program to end (SIGTERM), and kills it when it has not after `graceMs` (10,000). Safe to call twice. */
  async close({ graceMs = 10_000 } = {}): Promise<void> {
    this.#child.kill("SIGTERM");
    const timer = setTimeout(() => this.kill(), graceMs);
    await this.#exit.finally(() => clearTimeout(timer));
  }

  /** Asks the program to end, as Ctrl+C or a supervisor would. */
  signal(name: "SIGINT" | "SIGTERM"): void {
    this.#child.kill(name);
  }

  /** Kills the program at once (SIGKILL), as a power failure would. */
  kill(): void {
    // Letting go of the tether: killing the keeper itself would leave the program behind.
    (this.#child.stdio[3] as Socket).destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #print(change: () => void): void {
    change();
    for (const wake of [...this.#listeners]) wake();
  }

  #nextOutput(timeoutMs: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        clearTimeout(timer);
        this.#listeners.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, timeoutMs);
      this.#listeners.add(wake);
    });
  }

  #report(): string {
    return `${this.#name}\n${this.#stdout.slice(-2000)}${this.#stderr.slice(-4000)}`;
  }
}

/** Runs a program to its end. */
export function runProgram(
  command: string,
  args: readonly string[],
  options: ProgramOptions & { timeoutMs?: number } = {},
): Promise<ProgramResult> {
  const { timeoutMs = 60_000 } = options;
  return new ChildProgram(command, args, options).ended({ timeoutMs });
}
