import type { Kafka } from "moldau";
import { Arrivals } from "./arrivals.js";
import { ChainMember } from "./chain-member.js";
import { chainRecords, chainTimeoutMs, chainTopics } from "./chain-layout.js";
import { checkLevel, type LevelReport } from "./check-level.js";
import { fillFirstTopic } from "./fill-first-topic.js";

/** How a chain is run. */
export interface ChainOptions {
  /** Makes what stands for a process of its own: its connections, and what it knows of the cluster. */
  newKafka(): Kafka;
  /** How members work: by `consumer.transform`, or by hand with `producer.transaction` and `tx.sendOffsets`. */
  readonly by: "transform" | "transaction";
  /**
   * After how long without a sign a member is given up, in milliseconds. Default 6,000. A broker that comes back waits for all whom it knew for as
   * long again: those who went while it was away are to be forgotten before it is killed the next time.
   */
  readonly sessionTimeoutMs?: number;
  /** Called when the records are in and the members begin; and when all have come through, before they are counted. */
  readonly trouble?: { begin(): void; end(): Promise<void> };
}

/** What a chain came to. */
export interface ChainReport {
  readonly levels: readonly LevelReport[];
  /** How often a member bailed out in the middle of its work. */
  readonly bails: number;
  /** The errors by which members came to their end, and were replaced. */
  readonly failures: readonly Error[];
  readonly elapsedMs: number;
}

/**
 * Sends records into the first of four topics and has three groups pass them on, from topic to topic, in transactions. All the while members
 * come, go, and bail out in the middle of what they do. Resolves when all keys that went in have come through, to what each topic has then.
 */
export async function runChain(options: ChainOptions): Promise<ChainReport> {
  const begun = performance.now();
  await fillFirstTopic(options);
  options.trouble?.begin();
  const arrivals = new Arrivals(options);
  const members = startMembers(options, "early");
  await arrivals.reach(chainRecords / 4, chainTimeoutMs);
  members.push(...startMembers(options, "late"));
  await arrivals.reach(chainRecords, chainTimeoutMs - (performance.now() - begun));
  await arrivals.close();
  await Promise.all(members.map((member) => member.retire()));
  await options.trouble?.end();
  const levels: LevelReport[] = [];
  for (const level of chainTopics.keys()) levels.push(await checkLevel(options, level));
  return {
    levels,
    bails: sum(members.map(({ bails }) => bails)),
    failures: members.flatMap(({ failures }) => failures),
    elapsedMs: performance.now() - begun,
  };
}

/** What each topic has when nothing was lost, doubled, changed or put out of order. */
export function intact(records: number): readonly LevelReport[] {
  return chainTopics.map(({ topic }) => ({ topic, keys: records, duplicates: 0, strange: 0, outOfOrder: 0 }));
}

/** Three steady members for each level, and two that bail out. */
function startMembers(options: ChainOptions, wave: string): ChainMember[] {
  return [0, 1, 2].flatMap((level) =>
    [1, 2, 3, 4, 5].map(
      (number) => new ChainMember(options, { level, name: `level-${level}-${wave}-${number}`, isBailer: number > 3 }),
    ),
  );
}

function sum(counts: readonly number[]): number {
  return counts.reduce((total, count) => total + count, 0);
}
