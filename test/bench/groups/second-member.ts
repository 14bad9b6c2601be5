import { execFile } from "node:child_process";
import { randomUUID } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Kafka } from "moldau";
import { newTopic, type BenchBroker } from "../brokers.js";
import { median, printTable } from "../report.js";
import { contenders, type Protocol } from "./group-client.js";
import type { JoiningWorkload } from "./second-member-process.js";

const run = promisify(execFile);

/** What a second member's coming meant for the reading. */
export interface Joining {
  /** From the call that makes the second until it has read of all partitions that it gets, and the first of one that it keeps after that. */
  readonly bothReadMs: number;
  /** The longest time without a message of a partition that the first keeps. */
  readonly keptSilenceMs: number;
  /** The longest time without a message of any partition in the three seconds before: what this machine takes for nothing at all. */
  readonly restSilenceMs: number;
  /** The longest time without a message of a partition that goes to the second. */
  readonly movedSilenceMs: number;
}

const partitions = 12;
const everyMs = 10;

/** Has a second member join a group whose first member reads, client by client and round by round. */
export async function secondMember(broker: BenchBroker, rounds: number): Promise<void> {
  console.log(
    `\nA second member joins, on ${broker.name}: ${partitions} partitions, a message each every ${everyMs} ms; both members in one process, with the client's own defaults (platformatic without automatic commits, which a rebalance lets end its stream); medians of ${rounds}`,
  );
  const figures = new Map<string, (Joining | string)[]>();
  for (let round = 0; round < rounds; round++)
    for (const { client, protocol } of contenders) {
      const name = `${client}, ${protocol}`;
      figures.set(name, [...(figures.get(name) ?? []), await joining(broker, client, protocol)]);
    }
  printTable(
    ["client", "until both read, ms", "longest silence: kept, ms", "moved, ms", "at rest before, ms"],
    [...figures].map(([name, of]) => row(name, of)),
  );
}

/** The medians of what came to something; the reason where nothing did. */
function row(name: string, outcomes: readonly (Joining | string)[]): string[] {
  const joined = outcomes.filter((outcome) => typeof outcome !== "string");
  if (joined.length === 0) return [`${name}: ${outcomes[0] as string}`, "", "", "", ""];
  const fields = ["bothReadMs", "keptSilenceMs", "movedSilenceMs", "restSilenceMs"] as const;
  const failed = outcomes.length - joined.length;
  return [
    failed === 0 ? name : `${name} (${failed} of ${outcomes.length} failed)`,
    ...fields.map((field) => median(joined.map((each) => each[field])).toFixed(0)),
  ];
}

/** One run; a text where it came to nothing. */
async function joining(broker: BenchBroker, client: string, protocol: Protocol): Promise<Joining | string> {
  const topic = await newTopic(broker, partitions);
  const stop = writeSteadily(broker, topic);
  const workload: JoiningWorkload = {
    ...{ client, protocol, partitions, topic, brokers: broker.address, group: `bench-${randomUUID()}` },
  };
  try {
    const program = fileURLToPath(new URL("second-member-process.js", import.meta.url));
    const { stdout } = await run(process.execPath, [program, JSON.stringify(workload)], { timeout: 240_000 });
    return JSON.parse(stdout) as Joining;
  } catch (error) {
    return `fails: ${reasonIn(error)}`;
  } finally {
    await stop();
  }
}

/** The first line of an error that says something. */
function reasonIn(error: unknown): string {
  const { stderr = String(error) } = error as { readonly stderr?: string };
  const line = stderr.split("\n").find((each) => /Error|[A-Z]+_[A-Z]+/.test(each)) ?? stderr;
  return line.trim().slice(0, 80);
}

/** Writes a message to each partition again and again, until it is told to stop. */
function writeSteadily(broker: BenchBroker, topic: string): () => Promise<void> {
  const kafka = new Kafka({ clientId: "writer", brokers: [broker.address] });
  const producer = kafka.producer();
  const messages = Array.from({ length: partitions }, (_, partition) => ({ partition, value: "x".repeat(100) }));
  const timer = setInterval(() => {
    producer.send({ topic, messages }).catch(() => undefined);
  }, everyMs);
  return async () => {
    clearInterval(timer);
    await kafka.close();
  };
}
