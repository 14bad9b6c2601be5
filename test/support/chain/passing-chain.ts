import { setTimeout as sleep } from "node:timers/promises";
import type { Kafka } from "moldau";
import { body, chainRecords, chainTimeoutMs, chainTopics, topicOf } from "./chain-layout.js";
import { PassingMember, type PassingOptions } from "./passing-member.js";

/** What a chain without transactions came to. */
export interface PassingReport {
  /** By level, the messages that were processed again, by any member, of partitions that no member had lost. */
  readonly repeated: readonly number[];
  /** By level, those of partitions that the group had taken from a member without asking, as it says by the event `lost`. */
  readonly repeatedAfterLoss: readonly number[];
  /** By topic, keys that are there, and messages beyond the first of their key. */
  readonly topics: readonly {
    readonly topic: string;
    readonly keys: number;
    readonly duplicates: number;
    readonly strange: number;
  }[];
  readonly bails: number;
  /** The errors by which members came to their end, and were replaced. */
  readonly failures: readonly Error[];
}

/** How a chain without transactions is run: members work until all has come through. */
export type PassingChainOptions = Omit<PassingOptions, "processed" | "lost">;

/** The topics of a chain with this prefix. */
export function passingTopics(prefix: string): { readonly topic: string; readonly partitions: number }[] {
  return chainTopics.map(({ topic, partitions }) => ({ topic: `${prefix}${topic}`, partitions }));
}

/** What each topic has when nothing was lost, doubled or changed, and nothing was processed twice. */
export function passedIntact(
  prefix: string,
  records: number,
  { repeatedAfterLoss }: Pick<PassingReport, "repeatedAfterLoss"> = { repeatedAfterLoss: [0, 0, 0] },
): Pick<PassingReport, "repeated" | "repeatedAfterLoss" | "topics"> {
  // What a level did again stands twice in the next topic, and goes on from there as two messages.
  let duplicates = 0;
  const topics = passingTopics(prefix).map(({ topic }, index) => {
    duplicates += repeatedAfterLoss[index - 1] ?? 0;
    return { topic, keys: records, duplicates, strange: 0 };
  });
  return { repeated: [0, 0, 0], repeatedAfterLoss, topics };
}

/** Sends records into the first of four topics and has three groups pass them on, while members come, go and bail out. */
export async function runPassingChain(options: PassingChainOptions): Promise<PassingReport> {
  const seen = chainTopics.map(() => new Set<string>());
  const repeated = [0, 0, 0];
  const repeatedAfterLoss = [0, 0, 0];
  const taken = chainTopics.map(() => new Set<number>());
  const processed: PassingOptions["processed"] = (level, partition, offset) => {
    const place = `${partition}/${offset}`;
    const counts = taken[level]?.has(partition) === true ? repeatedAfterLoss : repeated;
    if (seen[level]?.has(place)) counts[level] = (counts[level] ?? 0) + 1;
    seen[level]?.add(place);
  };
  const lost: PassingOptions["lost"] = (level, partitions) => {
    for (const partition of partitions) taken[level]?.add(partition);
  };
  await fill(options);
  const members = startMembers({ ...options, processed, lost }, "early");
  await through(seen, chainRecords / 4);
  members.push(...startMembers({ ...options, processed, lost }, "late"));
  await through(seen, chainRecords);
  await Promise.all(members.map((member) => member.retire()));
  const topics: PassingReport["topics"][number][] = [];
  for (const { topic } of passingTopics(options.prefix)) topics.push({ topic, ...(await count(options, topic)) });
  return {
    repeated,
    repeatedAfterLoss,
    topics,
    bails: members.reduce((sum, { bails }) => sum + bails, 0),
    failures: members.flatMap(({ failures }) => failures),
  };
}

/** Three steady members for each level, and two that bail out. */
function startMembers(options: PassingOptions, wave: string): PassingMember[] {
  return [0, 1, 2].flatMap((level) =>
    [1, 2, 3, 4, 5].map(
      (number) => new PassingMember(options, { level, name: `${wave}-${number}`, isBailer: number > 3 }),
    ),
  );
}

/** Resolves when so many messages have been processed at the last level. Rejects when that takes too long. */
async function through(seen: readonly ReadonlySet<string>[], records: number): Promise<void> {
  const deadline = performance.now() + chainTimeoutMs;
  while ((seen[2]?.size ?? 0) < records) {
    const sizes = seen.slice(0, 3).map(({ size }) => size);
    if (performance.now() > deadline)
      throw new Error(`${sizes.join(", ")} of ${chainRecords} have been passed on in time`);
    await sleep(20);
  }
}

async function fill({ newKafka, prefix }: PassingChainOptions): Promise<void> {
  const kafka = newKafka();
  const producer = kafka.producer({ lingerMs: 5 });
  for (let first = 0; first < chainRecords; first += 10_000) {
    const count = Math.min(10_000, chainRecords - first);
    const messages = Array.from({ length: count }, (_, index) => ({ key: String(first + index), value: body }));
    await producer.send({ topic: `${prefix}${topicOf(0)}`, messages });
  }
  await kafka.close();
}

/** Reads a topic from its beginning to where it ends now. */
async function count(
  { newKafka }: PassingChainOptions,
  topic: string,
): Promise<{ readonly keys: number; readonly duplicates: number; readonly strange: number }> {
  const kafka = newKafka();
  const ends = await kafka.admin().listOffsets({ topics: [topic] });
  const total = ends.reduce((sum, { offset = 0n }) => sum + Number(offset), 0);
  const keys = new Set<string>();
  let [read, strange] = [0, 0];
  if (total > 0)
    await readAll(kafka, topic, (key, value) => {
      keys.add(key);
      if (value?.equals(body) !== true) strange += 1;
      return ++read === total;
    });
  await kafka.close();
  return { keys: keys.size, duplicates: read - keys.size, strange };
}

async function readAll(
  kafka: Kafka,
  topic: string,
  take: (key: string, value: Buffer | null) => boolean,
): Promise<void> {
  const consumer = kafka.consumer({
    groupId: `count-${topic}-${Math.random()}`,
    topics: [topic],
    startFrom: "earliest",
  });
  for await (const { key, value } of consumer) if (take(String(key), value)) break;
}
