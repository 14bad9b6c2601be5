// Many members of many groups in a process of their own. Says when it begins; for a line that it is sent it is idle for a while and prints
// what that took as a line of JSON.

import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import type { CrowdCost } from "./crowd.js";
import { groupClient, type MemberToMake } from "./group-client.js";

/** What a process is told. */
export interface CrowdWorkload extends Omit<MemberToMake, "read" | "group"> {
  readonly client: string;
  readonly groups: readonly string[];
  readonly membersOfEach: number;
  readonly idleMs: number;
}

const { client: name, groups, membersOfEach, idleMs, ...member } = JSON.parse(process.argv[2] ?? "") as CrowdWorkload;
const client = await groupClient(name);
process.stdout.write("begins\n");
for (const group of groups)
  for (let each = 0; each < membersOfEach; each++)
    client.join({ ...member, group, read: () => undefined }).catch((error: unknown) => {
      console.error(error);
      process.exit(1);
    });
await once(process.stdin, "data");
const toBeStable = process.cpuUsage();
const before = process.cpuUsage();
await pause(idleMs);
const { user, system } = process.cpuUsage(before);
// Garbage is nobody's memory.
globalThis.gc?.();
const { rss, heapUsed } = process.memoryUsage();
const cost: CrowdCost = {
  startCpuSeconds: (toBeStable.user + toBeStable.system) / 1e6,
  idleCpuPercent: ((user + system) / (idleMs * 1000)) * 100,
  residentMiB: rss / 2 ** 20,
  heapMiB: heapUsed / 2 ** 20,
  connections: process.getActiveResourcesInfo().filter((kind) => kind === "TCPSocketWrap").length,
  timers: process.getActiveResourcesInfo().filter((kind) => kind === "Timeout").length,
};
process.stdout.write(`${JSON.stringify(cost)}\n`, () => process.exit(0));
