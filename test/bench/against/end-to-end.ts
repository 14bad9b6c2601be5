import { randomUUID } from "node:crypto";
import { Kafka } from "moldau";
import { missingForApacheKafka, startApacheKafka } from "../../support/apache-kafka.js";
import { costOf } from "../client-cost.js";
import type { EndToEndOptions } from "../end-to-end.js";
import { ReferenceBroker } from "../reference-broker.js";
import { median, printTable } from "../report.js";
import { standardWorkload, type Cost, type Workload } from "../workload.js";
import type { Build } from "./build.js";
import { verdict } from "./compare-builds.js";

/** What is compared: how messages are sent or read, and which share of the messages is enough. */
const rows: readonly (Pick<Workload, "direction"> &
  Partial<Workload> & { readonly name: string; readonly share: number })[] = [
  { name: "produce, calls of 1,000 messages", direction: "produce", share: 1 },
  {
    name: "produce, calls of one message, 500 at a time",
    direction: "produce",
    share: 1 / 4,
    callMessages: 1,
    concurrentCalls: 500,
  },
  { name: "consume by batch", direction: "consume", share: 1 },
  { name: "consume by message", direction: "consume", share: 1, byMessage: true },
];

/** A broker under one build's client, and what it costs itself, where that can be told. */
interface Place {
  readonly build: Build;
  readonly address: string;
  cpuMicros(): Promise<number>;
}

/** What a run cost, client and broker. */
interface RunCost extends Cost {
  readonly brokerMicros: number;
}

/**
 * Sends and reads with the client of each build, each on a reference broker of its own build, then both on one Apache Kafka where this machine
 * can run it: in turn, round by round.
 */
export async function compareEndToEnd(builds: readonly Build[], options: EndToEndOptions): Promise<void> {
  const brokers = await Promise.all(builds.map(({ node }) => ReferenceBroker.start(node)));
  try {
    const places = builds.map((build, index): Place => {
      const { address = "", cpuMicros } = bound(brokers[index]);
      return { build, address, cpuMicros };
    });
    await compareAt("each build's client on its own reference broker, in memory", places, options);
  } finally {
    await Promise.all(brokers.map((broker) => broker.close()));
  }
  const missing = missingForApacheKafka();
  if (missing !== undefined) return console.log(`\nApache Kafka is left out: ${missing}`);
  await using kafka = await startApacheKafka({ java: ["-XX:+UseSerialGC"] });
  const address = kafka.bootstrapServers;
  const places = builds.map((build): Place => ({ build, address, cpuMicros: () => Promise.resolve(Number.NaN) }));
  await compareAt("both builds' clients on Apache Kafka", places, options);
}

function bound(broker: ReferenceBroker | undefined): { address?: string; cpuMicros: () => Promise<number> } {
  if (broker === undefined) throw new Error("a build without a broker");
  return { address: broker.address, cpuMicros: () => broker.cpuMicros() };
}

async function compareAt(
  title: string,
  places: readonly Place[],
  { messages, rounds }: EndToEndOptions,
): Promise<void> {
  console.log(
    `\nEnd to end, ${title}: ${rounds} rounds in turn, up to ${messages.toLocaleString("en")} messages a run, medians`,
  );
  const shown: (readonly string[])[] = [];
  for (const { name, share, ...row } of rows) {
    const wanted = Math.ceil(messages * share);
    const workload = { ...standardWorkload, ...row, messages: wanted, warmUpMessages: Math.ceil(wanted / 4) };
    const costs = places.map((): RunCost[] => []);
    const topics = await Promise.all(places.map((place) => newTopic(place, workload)));
    for (let round = 0; round < rounds; round++)
      for (const [index, place] of places.entries())
        costs[index]?.push(await runAt(place, { ...workload, brokers: place.address, topic: topics[index] ?? "" }));
    await Promise.all(places.map(({ address }, index) => deleteTopic(address, topics[index] ?? "")));
    shown.push(...figures(name, costs));
  }
  printTable(["row", "figure", "this", "other", "ratio", ""], shown, { textColumns: 2 });
}

/** Ratios are of costs, so that above 1 this build is the better one in every row. */
function figures(name: string, [mine = [], theirs = []]: readonly (readonly RunCost[])[]): (readonly string[])[] {
  const kinds: readonly (readonly [figure: string, of: (cost: RunCost) => number])[] = [
    ["client, CPU us/message", ({ cpuMicros, messages }) => cpuMicros / messages],
    ["broker, CPU us/message", ({ brokerMicros, messages }) => brokerMicros / messages],
    ["time, us/message", ({ seconds, messages }) => (seconds * 1e6) / messages],
    ["longest delay, ms", ({ longestDelayMs }) => longestDelayMs],
    ["resident, MiB", ({ residentMiB }) => residentMiB],
  ];
  return kinds.flatMap(([figure, of], index) => {
    const [one, other] = [median(mine.map(of)), median(theirs.map(of))];
    if (Number.isNaN(one) || Number.isNaN(other)) return [];
    const [ratio, says] = verdict(one, other);
    // A delay is one moment of a run, and is shown without a verdict.
    return [
      [
        index === 0 ? name : "",
        figure,
        one.toFixed(2),
        other.toFixed(2),
        ratio,
        figure.startsWith("longest") ? "" : says,
      ],
    ];
  });
}

async function runAt({ build, cpuMicros }: Place, workload: Workload): Promise<RunCost> {
  const before = await cpuMicros();
  const cost = await costOf("moldau", workload, build.node);
  return { ...cost, brokerMicros: (await cpuMicros()) - before };
}

/** A topic of its own for every row; filled with what there is to read, where there has to be something. */
async function newTopic({ build, address }: Place, workload: Omit<Workload, "brokers" | "topic">): Promise<string> {
  const topic = `bench-${randomUUID()}`;
  const kafka = new Kafka({ clientId: "bench", brokers: [address] });
  await kafka.admin().createTopics({ topics: [{ topic, partitions: workload.partitions }] });
  await kafka.close();
  if (workload.direction === "produce") return topic;
  const filling = { ...standardWorkload, direction: "produce", warmUpMessages: 0, brokers: address, topic } as const;
  await costOf("moldau", { ...filling, messages: workload.messages + workload.warmUpMessages * 2 }, build.node);
  return topic;
}

async function deleteTopic(address: string, topic: string): Promise<void> {
  const kafka = new Kafka({ clientId: "bench", brokers: [address] });
  await kafka.admin().deleteTopics({ topics: [topic] });
  await kafka.close();
}
