// Two members of a group in a process of their own: the second joins while the first reads. Prints what became of the reading as a line of JSON.

import { setTimeout as pause } from "node:timers/promises";
import { groupClient, type MemberToMake } from "./group-client.js";
import type { Joining } from "./second-member.js";

/** What a process is told. */
export interface JoiningWorkload extends Omit<MemberToMake, "read"> {
  readonly client: string;
  readonly partitions: number;
}

/** Who read which partition when, in milliseconds. */
interface Read {
  readonly member: "first" | "second";
  readonly partition: number;
  readonly at: number;
}

const { client: name, partitions, ...member } = JSON.parse(process.argv[2] ?? "") as JoiningWorkload;
const client = await groupClient(name);
const reads: Read[] = [];
const fail = (error: unknown): void => {
  console.error(error);
  process.exit(1);
};
const join = (who: Read["member"]): void => {
  const read = (partition: number): void => void reads.push({ member: who, partition, at: performance.now() });
  client.join({ ...member, read }).catch(fail);
};

join("first");
await until(() => partitionsOf("first", performance.now() - 500).size === partitions);
await pause(3_000);
const joinedAt = performance.now();
join("second");
// Both are at rest when for two seconds each partition had one reader.
await until(() => {
  const since = performance.now() - 2_000;
  const [firsts, seconds] = [partitionsOf("first", since), partitionsOf("second", since)];
  return seconds.size > 0 && firsts.size + seconds.size === partitions && since > joinedAt;
});
await pause(1_000);
process.stdout.write(`${JSON.stringify(outcome())}\n`, () => process.exit(0));

function partitionsOf(who: Read["member"], since: number): Set<number> {
  const found = new Set<number>();
  for (let index = reads.length - 1; index >= 0; index--) {
    const read = reads[index];
    if (read === undefined || read.at < since) break;
    if (read.member === who) found.add(read.partition);
  }
  return found;
}

async function until(isSo: () => boolean): Promise<void> {
  const deadline = performance.now() + 90_000;
  while (!isSo()) {
    if (performance.now() > deadline) throw new Error(`${name} did not get there within 90 s`);
    await pause(50);
  }
}

function outcome(): Joining {
  const since = performance.now() - 2_000;
  const kept = partitionsOf("first", since);
  const moved = partitionsOf("second", since);
  const firstOf = (who: Read["member"], partition: number | undefined, after: number): number =>
    reads.find(
      (read) => read.member === who && read.at > after && (partition === undefined || read.partition === partition),
    )?.at ?? Number.NaN;
  const secondReadsAll = Math.max(...[...moved].map((partition) => firstOf("second", partition, joinedAt)));
  return {
    bothReadMs: firstOf("first", undefined, secondReadsAll) - joinedAt,
    keptSilenceMs: longestSilence(kept, joinedAt),
    movedSilenceMs: longestSilence(moved, joinedAt),
    restSilenceMs: longestSilence([...kept, ...moved], joinedAt - 3_000, joinedAt),
  };
}

/** The longest time between two messages of one of the partitions, whoever read them, from the last one before a moment on. */
function longestSilence(of: Iterable<number>, since: number, until = Number.POSITIVE_INFINITY): number {
  return Math.max(...[...of].map((partition) => silenceIn(partition, since, until)));
}

function silenceIn(partition: number, since: number, until: number): number {
  const times = reads.filter((read) => read.partition === partition && read.at <= until).map(({ at }) => at);
  const from = times.findLastIndex((at) => at <= since);
  return times.slice(Math.max(0, from)).reduce((longest, at, index, all) => {
    const before = all[index - 1];
    return before === undefined ? longest : Math.max(longest, at - before);
  }, 0);
}
