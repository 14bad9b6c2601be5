import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { NodeOptions } from "./reference-broker.js";
import type { Cost, Workload } from "./workload.js";

const run = promisify(execFile);

/** Runs one client through a workload in a process of its own, and gives the cost. */
export async function costOf(
  name: string,
  workload: Workload,
  { execArgv = [], env }: NodeOptions = {},
): Promise<Cost> {
  const program = fileURLToPath(new URL("client-process.js", import.meta.url));
  const args = [...execArgv, program, name, JSON.stringify(workload)];
  const { stdout } = await run(process.execPath, args, {
    timeout: Math.max(120_000, workload.messages),
    ...(env === undefined ? {} : { env }),
  });
  return JSON.parse(stdout) as Cost;
}
