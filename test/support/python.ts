import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { ChildProgram, runProgram } from "./child-program.js";
import { repository } from "./repository.js";

// Debian's own: its packages are not seen by another Python that may come first in the path.
const python = "/usr/bin/python3";

/** Why librdkafka cannot be used from Python on this machine, as a sentence; undefined when it can. */
export function missingForLibrdkafka(): string | undefined {
  const { status } = spawnSync(python, ["-c", "import confluent_kafka"]);
  return status === 0 ? undefined : "python3-confluent-kafka is not installed";
}

/** Runs a program of test/interop/python to its end and returns what it printed; fails, with its last words, when it does. */
export async function runPython(program: string, args: readonly string[]): Promise<string> {
  const file = join(repository, "test/interop/python", `${program}.py`);
  const { code, stdout, stderr } = await runProgram(python, [file, ...args], { timeoutMs: 100_000 });
  if (code !== 0) throw new Error(`${program} ended with code ${code}:\n${stdout.slice(-1000)}${stderr.slice(-3000)}`);
  return stdout;
}

/** Starts a program of test/interop/python that goes on until it is told to end. */
export function startPython(program: string, args: readonly string[]): ChildProgram {
  return new ChildProgram(python, [join(repository, "test/interop/python", `${program}.py`), ...args]);
}
