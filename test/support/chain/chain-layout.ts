/** The topics of the chain: each level reads one and writes the next. The counts of partitions have no factor in common. */
export const chainTopics = [
  { topic: "chain-1", partitions: 7 },
  { topic: "chain-2", partitions: 11 },
  { topic: "chain-3", partitions: 31 },
  { topic: "chain-4", partitions: 7 },
] as const;

/** The name of a level's topic. */
export function topicOf(level: number): string {
  return `chain-${level + 1}`;
}

/** What every record says. */
export const body = Buffer.from("Whatever goes in comes out at the other end, once, and as it was. ".repeat(2));

/** How many records go in; their keys are the numbers from 0. `CHAIN_RECORDS=500000` has half a million pass. */
export const chainRecords = Number(process.env["CHAIN_RECORDS"] ?? 20_000);

/** How long they may take, in milliseconds. */
export const chainTimeoutMs = 240_000 + chainRecords * 8;
