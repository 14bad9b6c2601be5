import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Kafka, type Admin } from "moldau";
import { newTopic, type BenchBroker } from "../brokers.js";
import { printTable } from "../report.js";
import type { CrowdWorkload } from "./crowd-process.js";
import { contenders, type Protocol } from "./group-client.js";

/** What many members cost that have nothing to read. */
export interface CrowdCost {
  /** CPU time until the groups are stable, with the start of the process. */
  readonly startCpuSeconds: number;
  /** Of one core. */
  readonly idleCpuPercent: number;
  readonly residentMiB: number;
  readonly heapMiB: number;
  readonly connections: number;
  readonly timers: number;
}

const groupCount = 50;
const membersOfEach = 10;
const partitions = 20;
const idleMs = 10_000;
const patienceMs = 180_000;

/** Has 500 members of 50 groups in one process: how long until all groups are stable, and what they cost when there is nothing to read. */
export async function crowd(broker: BenchBroker): Promise<void> {
  console.log(
    `\n${groupCount * membersOfEach} consumers of ${groupCount} groups in one process, on ${broker.name}: a topic of ${partitions} partitions without messages; stable is when each group is, with ${membersOfEach} members that all have partitions; idle for ${idleMs / 1000} s after that`,
  );
  const rows: string[][] = [];
  for (const { client, protocol } of contenders)
    rows.push([`${client}, ${protocol}`, ...(await row(broker, client, protocol))]);
  printTable(
    ["client", "stable, s", "CPU, s", "idle CPU, %", "resident, MiB", "heap, MiB", "connections", "timers"],
    rows,
  );
}

async function row(broker: BenchBroker, client: string, protocol: Protocol): Promise<readonly string[]> {
  const topic = await newTopic(broker, partitions);
  const groups = Array.from({ length: groupCount }, (_, index) => `crowd-${index}-${randomUUID()}`);
  const workload: CrowdWorkload = {
    ...{ client, protocol, topic, groups, membersOfEach, idleMs, brokers: broker.address },
  };
  const program = fileURLToPath(new URL("crowd-process.js", import.meta.url));
  const child = spawn(process.execPath, ["--expose-gc", program, JSON.stringify(workload)], {
    stdio: ["pipe", "pipe", "ignore"],
  });
  const kafka = new Kafka({ clientId: "watcher", brokers: [broker.address] });
  try {
    const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
    await lines.next();
    const beganAt = performance.now();
    const isStable = await untilStable(kafka.admin(), groups, () => child.exitCode === null);
    if (!isStable) return [child.exitCode === null ? `not within ${patienceMs / 1000} s` : "fails"];
    const seconds = (performance.now() - beganAt) / 1000;
    child.stdin.write("measure\n");
    const { value = "" } = (await lines.next()) as { value?: string };
    const cost = JSON.parse(value) as CrowdCost;
    return [
      seconds.toFixed(1),
      cost.startCpuSeconds.toFixed(1),
      cost.idleCpuPercent.toFixed(1),
      ...[cost.residentMiB, cost.heapMiB, cost.connections, cost.timers].map((figure) => figure.toFixed(0)),
    ];
  } finally {
    child.kill();
    await kafka.close();
  }
}

/** Looks at the groups until all are stable and complete; gives up after a while, and when nobody is there any more. */
async function untilStable(admin: Admin, groups: readonly string[], isAlive: () => boolean): Promise<boolean> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline && isAlive()) {
    const described = await admin.describeGroups({ groups });
    const isComplete = described.every(
      ({ state, members }) =>
        state === "Stable" &&
        members.length === membersOfEach &&
        members.every(({ assignment = [] }) => assignment.some(({ partitions: some }) => some.length > 0)),
    );
    if (isComplete) return true;
    await pause(200);
  }
  return false;
}
