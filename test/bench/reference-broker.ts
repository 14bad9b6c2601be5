import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

/** How Node is started for a program. */
export interface NodeOptions {
  readonly execArgv?: readonly string[];
  readonly env?: NodeJS.ProcessEnv;
}

/** The reference broker in a process of its own, so that its cost is not counted as a client's. */
export class ReferenceBroker {
  readonly address: string;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  private constructor(child: ChildProcess, lines: AsyncIterator<string>, address: string) {
    this.#child = child;
    this.#lines = lines;
    this.address = address;
  }

  /** Starts it; resolves when it listens. */
  static async start({ execArgv = [], env = process.env }: NodeOptions = {}): Promise<ReferenceBroker> {
    const program = fileURLToPath(new URL("broker-process.js", import.meta.url));
    const child = spawn(process.execPath, [...execArgv, program], { stdio: ["pipe", "pipe", "inherit"], env });
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    const address = await lines.next();
    if (address.done === true) throw new Error(`the reference broker ended with code ${child.exitCode}`);
    return new ReferenceBroker(child, lines, address.value);
  }

  /** The CPU time that it has taken so far: user and system, all threads. */
  async cpuMicros(): Promise<number> {
    this.#child.stdin?.write("cpu\n");
    const { value }: { value: string } = await this.#lines.next();
    return Number(value);
  }

  /** Resolves when the process is gone. */
  async close(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.#child.stdin?.end();
    await gone;
  }
}
