// One client in a process of its own: reads a workload from its arguments, prints the cost as a line of JSON.

import { monitorEventLoopDelay } from "node:perf_hooks";
import { percentile } from "./report.js";
import type { BenchedClient, Cost, Workload } from "./workload.js";

/** Each is loaded only when it is the one: a process has no other client in memory. */
const clients: Readonly<Record<string, () => Promise<BenchedClient>>> = {
  moldau: async () => (await import("./clients/moldau.js")).moldau,
  kafkajs: async () => (await import("./clients/kafkajs.js")).kafkajs,
  platformatic: async () => (await import("./clients/platformatic.js")).platformatic,
  confluent: async () => (await import("./clients/confluent.js")).confluent,
};

const [name = "", text = ""] = process.argv.slice(2);
const client = await clients[name]?.();
if (client === undefined) throw new Error(`no client ${name}: there are ${Object.keys(clients).join(", ")}`);
const workload = JSON.parse(text) as Workload;

const delays = monitorEventLoopDelay({ resolution: 1 });
let startedAt = 0n;
let cpu: NodeJS.CpuUsage = { user: 0, system: 0 };
let cost: Cost | undefined;
const commits: number[] = [];

const measure = {
  start(): void {
    if (workload.watchesDelays !== false) delays.enable();
    delays.reset();
    commits.length = 0;
    cpu = process.cpuUsage();
    startedAt = process.hrtime.bigint();
  },
  stop(): void {
    const seconds = Number(process.hrtime.bigint() - startedAt) / 1e9;
    const used = process.cpuUsage(cpu);
    delays.disable();
    cost = {
      messages: workload.messages,
      seconds,
      cpuMicros: used.user + used.system,
      longestDelayMs: delays.max / 1e6,
      residentMiB: process.memoryUsage().rss / 2 ** 20,
      ...(commits.length === 0 ? {} : { commitMs: { p50: percentile(commits, 0.5), p99: percentile(commits, 0.99) } }),
    };
  },
  committed(ms: number): void {
    commits.push(ms);
  },
};

const run = client[workload.direction]?.bind(client);
if (run === undefined) throw new Error(`${name} cannot ${workload.direction}`);
await run(workload, measure);
if (cost === undefined) throw new Error(`${name} never came to the end of its ${workload.messages} messages`);
process.stdout.write(`${JSON.stringify(cost)}\n`, () => process.exit(0));
