import { brokers, newTopic, type BenchBroker } from "./brokers.js";
import { median, printTable } from "./report.js";
import { costOf } from "./client-cost.js";
import { confluentFolder } from "./clients/confluent.js";
import { newestPlatformatic } from "./codec/platformatic-version.js";
import { standardWorkload, type Cost, type Workload } from "./workload.js";

/** How long and how often to measure. */
export interface EndToEndOptions {
  readonly messages: number;
  readonly rounds: number;
  /** A folder in which @confluentinc/kafka-javascript is installed. Default: it is left out. */
  readonly confluent?: string | undefined;
}

const { partitions } = standardWorkload;

/** Produces and consumes with every client on every broker that this machine can run, in turn, and prints the medians. */
export async function endToEnd(options: EndToEndOptions): Promise<void> {
  const { messages, rounds } = options;
  const clients = ["moldau", "kafkajs", "platformatic", ...(options.confluent === undefined ? [] : ["confluent"])];
  console.log(`kafkajs 2.2.4, @platformatic/kafka ${newestPlatformatic().version}, the newest for this Node`);
  for (const start of brokers()) {
    const broker = await start();
    try {
      console.log(
        `\nEnd to end on ${broker.name}: ${messages.toLocaleString("en")} messages a run, ${rounds} rounds, clients in turn, medians`,
      );
      await compare("produce", broker, { ...options, clients });
      await compare("consume", broker, { ...options, clients });
    } finally {
      await broker.close();
    }
  }
}

async function compare(
  direction: Workload["direction"],
  broker: BenchBroker,
  { messages, rounds, confluent, clients }: EndToEndOptions & { readonly clients: readonly string[] },
): Promise<void> {
  const env = { ...process.env, ...(confluent === undefined ? {} : { [confluentFolder]: confluent }) };
  const workload = {
    ...standardWorkload,
    direction,
    brokers: broker.address,
    messages,
    warmUpMessages: Math.ceil(messages / 4),
  } as const;
  const costs = new Map(clients.map((name): [string, Cost[]] => [name, []]));
  const topic = await newTopic(broker, partitions);
  // A run has to find something to read to its end.
  const filling = { ...workload, messages: messages + workload.warmUpMessages * 2, topic } as const;
  if (direction === "consume") await costOf("moldau", { ...filling, direction: "produce" });
  for (let round = 0; round < rounds; round++) {
    for (const name of clients) costs.get(name)?.push(await costOf(name, { ...workload, topic }, { env }));
  }
  const { callMessages, concurrentCalls, acks, lingerMs, batchBytes, inFlight, messageBytes } = workload;
  const settings =
    direction === "produce"
      ? `calls of ${callMessages} messages of ${messageBytes} B, ${concurrentCalls} at a time; acks ${acks}, linger ${lingerMs} ms, batch ${batchBytes} B (kafkajs, platformatic: neither), in flight ${inFlight}, no compression`
      : `by batch (platformatic: by message), every value touched, automatic commits, messages of ${messageBytes} B`;
  console.log(`\n${direction}: ${settings}; ${partitions} partitions`);
  report(costs);
}

function report(costs: ReadonlyMap<string, readonly Cost[]>): void {
  const cpu = (name: string): number =>
    median((costs.get(name) ?? []).map(({ cpuMicros, messages }) => cpuMicros / messages));
  printTable(
    ["client", "messages/s", "CPU us/message", "of kafkajs", "longest delay ms", "resident MiB"],
    [...costs].map(([name, of]) => {
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
