import { brokers, dropTopic, newTopic, type BenchBroker } from "./brokers.js";
import { costOf } from "./client-cost.js";
import { median, printTable } from "./report.js";
import { standardWorkload, type Cost, type Workload } from "./workload.js";

/** How long and how often to measure. */
export interface TransactionOptions {
  /** Transactions of a run. */
  readonly transactions: number;
  readonly rounds: number;
}

const { partitions } = standardWorkload;
/** How many messages are in a transaction, from where the ends cost everything to where they should cost nothing. */
const sizes = [1, 100, 1_000];
/** Below, a run is too short to tell small differences in CPU time. */
const steadyTransactions = 3_000;
/** It takes as many until what is done once in each is compiled as well as what is done for each message. */
const warmUpTransactions = 6_000;
/** Producers that keep a process busy while each waits for its broker. */
const busyProducers = 4;
/** One transaction after the other: a producer can have no two. */
const oneByOne = { ...standardWorkload, concurrentCalls: 1, watchesDelays: false } as const;

/** One of several runs that are compared: a client, and what it does. */
interface Contender {
  readonly name: string;
  readonly client: string;
  readonly workload: Pick<Workload, "direction"> & Partial<Workload>;
}

/** Transactions on every broker that this machine can run: how many a second, what they cost beside plain sending, and what reading them costs. */
export async function transactions(options: TransactionOptions): Promise<void> {
  for (const start of brokers()) {
    const broker = await start();
    try {
      console.log(
        `\nTransactions on ${broker.name}: ${options.transactions} a run, ${options.rounds} rounds, in turn, medians; messages of ${oneByOne.messageBytes} B, ${partitions} partitions`,
      );
      for (const size of sizes) await compareClients(broker, size, options);
      await compareWithPlain(broker, options);
      await compareReaders(broker, options);
    } finally {
      await broker.close();
    }
  }
}

async function compareClients(broker: BenchBroker, size: number, options: TransactionOptions): Promise<void> {
  console.log(`\nwritten: ${size.toLocaleString("en")} in each transaction`);
  const contenders = ["moldau", "kafkajs"].map((name) => ({
    name,
    client: name,
    workload: { direction: "transact", callMessages: size } as const,
  }));
  const costs = await measure(broker, contenders, options);
  printTable(
    ["client", "transactions/s", "messages/s", "commit p50 ms", "commit p99 ms", "CPU us/transaction"],
    [...costs].map(([name, of]) => [
      name,
      Math.round(median(of.map(({ messages, seconds }) => messages / size / seconds))).toLocaleString("en"),
      Math.round(median(of.map(({ messages, seconds }) => messages / seconds))).toLocaleString("en"),
      median(of.map(({ commitMs }) => commitMs?.p50 ?? Number.NaN)).toFixed(2),
      median(of.map(({ commitMs }) => commitMs?.p99 ?? Number.NaN)).toFixed(2),
      median(of.map(({ cpuMicros, messages }) => (cpuMicros / messages) * size)).toFixed(0),
    ]),
  );
}

/**
 * What transactions cost beside plain sending. Start and compilation of the program are not to be measured, so there are many transactions; and a
 * process that sleeps between its requests pays for each time that it wakes up, so several producers keep it busy.
 */
async function compareWithPlain(broker: BenchBroker, options: TransactionOptions): Promise<void> {
  const steady = steadily(options);
  for (const producers of [1, busyProducers]) {
    console.log(
      `\nwritten by moldau, calls of 1,000, ${producers === 1 ? "one" : producers} at a time, each of a producer of its own: ` +
        `${steady.transactions.toLocaleString("en")} calls in a run after ${warmUpTransactions.toLocaleString("en")}, ${steady.rounds} rounds, in turn, medians`,
    );
    const shared = { producers, warmUpMessages: warmUpTransactions * oneByOne.callMessages };
    const contenders = [
      { name: "plain", client: "moldau", workload: { ...shared, direction: "produce" } },
      {
        name: "plain, and a short request",
        client: "moldau",
        workload: { ...shared, direction: "produce", roundTrips: true },
      },
      { name: "in transactions", client: "moldau", workload: { ...shared, direction: "transact" } },
    ] as const;
    reportRatio(await measure(broker, contenders, steady));
  }
}

async function compareReaders(broker: BenchBroker, options: TransactionOptions): Promise<void> {
  const steady = steadily(options);
  const messages = steady.transactions * oneByOne.callMessages;
  const warmUpMessages = warmUpOf(messages);
  console.log(
    `\nread by moldau: ${messages.toLocaleString("en")} messages in a run after ${warmUpMessages.toLocaleString("en")}, in committed transactions of 1,000, ` +
      `nothing aborted; ${steady.rounds} rounds, in turn, medians`,
  );
  const topic = await newTopic(broker, partitions);
  const filling = {
    ...oneByOne,
    brokers: broker.address,
    topic,
    messages: messages + warmUpMessages,
    warmUpMessages: 0,
  };
  await costOf("moldau", { ...filling, direction: "transact", producers: busyProducers });
  const contenders = (["read_uncommitted", "read_committed"] as const).map((isolationLevel) => ({
    name: isolationLevel,
    client: "moldau",
    workload: { direction: "consume", isolationLevel, topic } as const,
  }));
  reportRatio(await measure(broker, contenders, steady));
}

/** As many transactions as it takes until what is measured is the program at work. */
function steadily({ transactions: count, rounds }: TransactionOptions): TransactionOptions {
  return { transactions: Math.max(count, steadyTransactions), rounds: Math.max(rounds, 3) };
}

/** Each contender in turn, round by round, on a topic of its own unless its workload names one. */
async function measure(
  broker: BenchBroker,
  contenders: readonly Contender[],
  { transactions: count, rounds }: TransactionOptions,
): Promise<ReadonlyMap<string, readonly Cost[]>> {
  const costs = new Map<string, Cost[]>(contenders.map(({ name }) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const { name, client, workload } of contenders) {
      const messages = count * (workload.callMessages ?? oneByOne.callMessages);
      const topic = workload.topic ?? (await newTopic(broker, partitions));
      const counted = { messages, warmUpMessages: warmUpOf(messages) };
      const cost = await costOf(client, { ...oneByOne, brokers: broker.address, ...counted, ...workload, topic });
      costs.get(name)?.push(cost);
      if (workload.topic === undefined) await dropTopic(broker, topic);
    }
  }
  return costs;
}

/** How much goes before what is counted. */
function warmUpOf(count: number): number {
  return Math.ceil(count / 2);
}

/** What each costs beside the first. */
function reportRatio(costs: ReadonlyMap<string, readonly Cost[]>): void {
  const cpu = (of: readonly Cost[]): number => median(of.map(({ cpuMicros, messages }) => cpuMicros / messages));
  const rate = (of: readonly Cost[]): number => median(of.map(({ messages, seconds }) => messages / seconds));
  const [first = []] = costs.values();
  printTable(
    ["", "messages/s", "of the first", "CPU us/message", "of the first"],
    [...costs].map(([name, of]) => [
      name,
      Math.round(rate(of)).toLocaleString("en"),
      (rate(of) / rate(first)).toFixed(3),
      cpu(of).toFixed(3),
      (cpu(of) / cpu(first)).toFixed(3),
    ]),
  );
}
