import type { TopicPartitions } from "../topic-partitions.js";
import type { AssignedGroup, AssignedMember, ServerAssignor, TopicDescriber } from "./assignor.js";
import { partitionCountOf } from "./partition-counts.js";

/**
 * Gives every member a run of neighbouring partitions of each topic, as Apache Kafka's RangeAssignor of next-generation groups does:
 * static members first, by instance id, then the others by member id; the first of them get one partition more when the number does
 * not divide. Topics with equally many partitions and the same subscribers are shared out alike.
 */
export const rangeAssignor: ServerAssignor = {
  name: "range",
  assign(group: AssignedGroup, topics: TopicDescriber): ReadonlyMap<string, TopicPartitions> {
    const members = [...group.members].sort(byInstanceThenId);
    const runs = runsOf(
      members.map(([, member]) => member),
      topics,
    );
    return new Map(members.map(([memberId, { topicIds }]) => [memberId, takeRuns(topicIds, runs)]));
  },
};

/** What is left of a topic for the subscribers that have not had their run. */
interface Runs {
  readonly partitionCount: number;
  subscribersLeft: number;
  next: number;
}

function runsOf(members: readonly AssignedMember[], topics: TopicDescriber): ReadonlyMap<string, Runs> {
  const runs = new Map<string, Runs>();
  for (const topicId of members.flatMap((member) => [...member.topicIds])) {
    const known = runs.get(topicId);
    if (known === undefined)
      runs.set(topicId, { partitionCount: partitionCountOf(topics, topicId), subscribersLeft: 1, next: 0 });
    else known.subscribersLeft++;
  }
  return runs;
}

function takeRuns(topicIds: Iterable<string>, runs: ReadonlyMap<string, Runs>): TopicPartitions {
  const taken = new Map<string, ReadonlySet<number>>();
  for (const topicId of topicIds) {
    const topic = runs.get(topicId);
    const partitions = topic === undefined ? [] : takeRun(topic);
    if (partitions.length > 0) taken.set(topicId, new Set(partitions));
  }
  return taken;
}

/** The first members get what the division leaves over: that is what rounding up of the rest comes to. */
function takeRun(topic: Runs): number[] {
  const length = Math.ceil((topic.partitionCount - topic.next) / topic.subscribersLeft);
  const run = Array.from({ length }, (_, index) => topic.next + index);
  topic.next += length;
  topic.subscribersLeft--;
  return run;
}

type Entry = readonly [memberId: string, member: AssignedMember];

function byInstanceThenId([oneId, one]: Entry, [otherId, other]: Entry): number {
  if (one.groupInstanceId !== null && other.groupInstanceId !== null)
    return compareText(one.groupInstanceId, other.groupInstanceId);
  if (one.groupInstanceId !== null) return -1;
  if (other.groupInstanceId !== null) return 1;
  return compareText(oneId, otherId);
}

// UTF-16 code units, as Java's String.compareTo.
function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
