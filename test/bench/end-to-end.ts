import { randomUUID } from "node:crypto";
import { Kafka } from "moldau";
import { missingForApacheKafka, startApacheKafka } from "../support/apache-kafka.js";
import { median, printTable } from "./report.js";
import { costOf } from "./client-cost.js";
import { ReferenceBroker } from "./reference-broker.js";
import { standardWorkload, type Cost, type Workload } from "./workload.js";

/** A broker under which clients are compared. */
interface BenchBroker {
  readonly name: string;
  readonly address: string;
  close(): Promise<void>;
}

/** How long and how often to measure. */
export interface EndToEndOptions {
  readonly messages: number;
  readonly rounds: number;
}

const names = ["moldau", "kafkajs"] as const;
const { partitions } = standardWorkload;

/** Produces and consumes with every client on every broker that this machine can run, in turn, and prints the medians. */
export async function endToEnd({ messages, rounds }: EndToEndOptions): Promise<void> {
  for (const start of brokers()) {
    const broker = await start();
    try {
      console.log(
        `\nEnd to end on ${broker.name}: ${messages.toLocaleString("en")} messages a run, ${rounds} rounds, clients in turn, medians`,
      );
      await compare("produce", broker, { messages, rounds });
      await compare("consume", broker, { messages, rounds });
    } finally {
      await broker.close();
    }
  }
}

function brokers(): (() => Promise<BenchBroker>)[] {
  const missing = missingForApacheKafka();
  if (missing === undefined) return [referenceBroker, apacheKafka];
  console.log(`Apache Kafka is left out: ${missing}`);
  return [referenceBroker];
}

async function referenceBroker(): Promise<BenchBroker> {
  const broker = await ReferenceBroker.start();
  return { name: "the reference broker, in memory", address: broker.address, close: () => broker.close() };
}

async function apacheKafka(): Promise<BenchBroker> {
  const kafka = await startApacheKafka();
  return { name: "Apache Kafka 4.3.1", address: kafka.bootstrapServers, close: () => kafka.close() };
}

async function compare(
  direction: Workload["direction"],
  broker: BenchBroker,
  { messages, rounds }: EndToEndOptions,
): Promise<void> {
  const workload = {
    ...standardWorkload,
    direction,
    brokers: broker.address,
    messages,
    warmUpMessages: Math.ceil(messages / 4),
  } as const;
  const costs = new Map(names.map((name): [string, Cost[]] => [name, []]));
  const topic = await newTopic(
    broker,
    direction === "consume" ? { ...workload, messages: messages + workload.warmUpMessages * 2 } : undefined,
  );
  for (let round = 0; round < rounds; round++) {
    for (const name of names) costs.get(name)?.push(await costOf(name, { ...workload, topic }));
  }
  const { callMessages, concurrentCalls, acks, lingerMs, batchBytes, inFlight, messageBytes } = workload;
  const settings =
    direction === "produce"
      ? `calls of ${callMessages} messages of ${messageBytes} B, ${concurrentCalls} at a time; acks ${acks}, linger ${lingerMs} ms, batch ${batchBytes} B (kafkajs: neither), in flight ${inFlight}, no compression`
      : `by batch, every value touched, automatic commits, messages of ${messageBytes} B`;
  console.log(`\n${direction}: ${settings}; ${partitions} partitions`);
  report(costs);
}

function report(costs: ReadonlyMap<string, readonly Cost[]>): void {
  const cpu = (name: string): number =>
    median((costs.get(name) ?? []).map(({ cpuMicros, messages }) => cpuMicros / messages));
  printTable(
    ["client", "messages/s", "CPU us/message", "of kafkajs", "longest delay ms", "resident MiB"],
    names.map((name) => {
      const of = costs.get(name) ?? [];
      return [
        name,
        Math.round(median(of.map(({ messages, seconds }) => messages / seconds))).toLocaleString("en"),
        cpu(name).toFixed(2),
        `1/${(cpu("kafkajs") / cpu(name)).toFixed(1)}`,
        median(of.map(({ longestDelayMs }) => longestDelayMs)).toFixed(0),
        median(of.map(({ residentMiB }) => residentMiB)).toFixed(0),
      ];
    }),
  );
}

/** A topic of its own for every comparison; filled with what there is to read, where there has to be something. */
async function newTopic(broker: BenchBroker, filled: Omit<Workload, "topic"> | undefined): Promise<string> {
  const topic = `bench-${randomUUID()}`;
  const kafka = new Kafka({ clientId: "bench", brokers: [broker.address] });
  await kafka.admin().createTopics({ topics: [{ topic, partitions }] });
  await kafka.close();
  if (filled !== undefined) await costOf("moldau", { ...filled, direction: "produce", topic });
  return topic;
}
