import { join } from "node:path";
import { formatAddress } from "@moldau/connection-pool";
import type { ConsumerOptions } from "@moldau/consumer";
import { expect } from "vitest";
import { ChildProgram } from "./child-program.js";
import type { ConsumingClient } from "./consuming.js";
import { repository } from "./repository.js";

const program = join(repository, "test/groups/programs/blocks.mjs");

/** What becomes of a group of two while one of them blocks. */
export interface BlockedMember {
  /** How many partitions the other one had, at each change, from the beginning of the blockade to its end. */
  readonly others: readonly number[];
  /** What the blocked one printed from then on. */
  readonly printed: readonly string[];
}

/**
 * Shares the two partitions of "orders" between a member here and one in a process of its own, whose event loop is then blocked by its own code.
 * The group's members have `options`; the client of the one that blocks has `client` beside the brokers.
 */
export async function blockOneOfTwo(
  run: ConsumingClient,
  options: Partial<ConsumerOptions>,
  { blockMs, client = {} }: { readonly blockMs: number; readonly client?: Readonly<Record<string, unknown>> },
): Promise<BlockedMember> {
  const own = { groupId: "billing", topics: ["orders"], startFrom: "earliest", ...options } as const;
  const other = run.consumer(own);
  const reading = (async () => {
    for await (const _ of other);
  })();
  await expect.poll(() => other.assignment().length, patient).toBe(2);
  const brokers = run.cluster.options.seeds.map(formatAddress);
  await using child = new ChildProgram(process.execPath, [
    program,
    JSON.stringify({ brokers, client, options: own, blockMs }),
  ]);
  const lines = (): string[] => child.stdout.split("\n").filter((line) => line !== "");
  await child.waitFor(/assigned [1-9]/);
  await expect.poll(() => other.assignment().length, patient).toBe(1);
  const before = lines().length;
  const others: number[] = [];
  for (const what of ["assigned", "revoked", "lost"] as const)
    other.on(what, () => void others.push(other.assignment().length));
  for (const partition of [0, 1]) await run.send("orders", partition, ["work"]);
  await child.waitFor(/breathes/, { timeoutMs: blockMs + 60_000 });
  const until = [...others];
  for (const partition of [0, 1]) await run.send("orders", partition, ["end"]);
  await child.waitFor(/read end|lost/);
  child.signal("SIGTERM");
  await child.ended();
  await other.close();
  await reading;
  return { others: until, printed: lines().slice(before) };
}

const patient = { timeout: 30_000, interval: 20 };
