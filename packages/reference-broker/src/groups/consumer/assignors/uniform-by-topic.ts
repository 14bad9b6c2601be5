import type { TopicPartitions } from "../topic-partitions.js";
import type { AssignedGroup, TopicDescriber } from "./assignor.js";
import { LoadRanges } from "./load-ranges.js";
import { partitionCountOf } from "./partition-counts.js";
import { Share } from "./shares.js";
import { compareTopicIds } from "./uuid-order.js";

/** How often all topics are gone through at most: where subscriptions overlap, each time about halves what is uneven. */
const maxRounds = 16;

/**
 * Shares out in a group whose members read different topics, as Apache Kafka's UniformHeterogeneousAssignmentBuilder does:
 *
 *   1. everybody keeps what it has of topics that it still reads;
 *   2. what nobody has goes to the subscribers that have the least, topics with the most partitions for each subscriber first;
 *   3. topic by topic, partitions move from subscribers with the most to those with the least, until nothing can be gained.
 */
export function shareByTopic(group: AssignedGroup, topics: TopicDescriber): ReadonlyMap<string, TopicPartitions> {
  const shares = new UniformByTopic(group, topics);
  if (shares.isEmpty) return new Map();
  shares.deal();
  shares.balance();
  return shares.assignment;
}

/** A topic, and who of its subscribers has which of its partitions. */
interface Topic {
  readonly topicId: string;
  /** Members by their number. */
  readonly subscribers: number[];
  /** By partition, the number of the member that has it. */
  readonly owners: (number | undefined)[];
}

class UniformByTopic {
  readonly #memberIds: readonly string[];
  readonly #shares: readonly Share[];
  /** By member, how much it has of all topics. */
  readonly #sizes: number[];
  readonly #topics: readonly Topic[];

  constructor(group: AssignedGroup, topics: TopicDescriber) {
    const members = [...group.members.values()];
    this.#memberIds = [...group.members.keys()];
    this.#topics = topicsOf(group, topics).sort(byWeight);
    const byId = new Map(this.#topics.map((topic) => [topic.topicId, topic]));
    this.#sizes = members.map(() => 0);
    this.#shares = members.map(({ topicIds, target }, member) => {
      const kept = [...target].filter(([topicId]) => topicIds.has(topicId));
      for (const [topicId, partitions] of kept)
        for (const partition of partitions) this.#own(byId.get(topicId), partition, member);
      return new Share(new Map(kept));
    });
  }

  get isEmpty(): boolean {
    return this.#topics.length === 0;
  }

  get assignment(): ReadonlyMap<string, TopicPartitions> {
    return new Map(this.#shares.map((share, member) => [this.#memberIds[member] ?? "", share.partitions]));
  }

  /** Gives out what nobody has. */
  deal(): void {
    for (const topic of this.#topics) {
      const ranges = this.#rangesOf(topic);
      for (const [partition, owner] of topic.owners.entries())
        if (owner === undefined) this.#give(topic, partition, ranges.nextLeast());
    }
  }

  /** Moves partitions until a whole round over the topics moved none, or there have been enough rounds. */
  balance(): void {
    const topics = this.#topics.filter(({ subscribers }) => subscribers.length >= 2);
    let lastMoved: Topic | undefined;
    for (let round = 0; round < maxRounds; round++) {
      for (const topic of topics) {
        if (topic === lastMoved) return;
        if (this.#balanceTopic(topic) > 0 || lastMoved === undefined) lastMoved = topic;
      }
    }
  }

  /** Moves partitions of one topic, and returns how many. */
  #balanceTopic(topic: Topic): number {
    const sizes = topic.subscribers.map((member) => this.#sizeOf(member));
    if (Math.max(...sizes) - Math.min(...sizes) <= 1) return 0;
    const ranges = this.#rangesOf(topic);
    const held = heldBy(topic);
    let moved = 0;
    while (!ranges.areLevel) {
      const from = ranges.nextMost((member) => (held.get(member)?.length ?? 0) > 0);
      const partition = from === undefined ? undefined : held.get(from)?.pop();
      if (partition === undefined) break;
      const to = ranges.nextLeast();
      if (ranges.areLevel) break;
      this.#give(topic, partition, to);
      moved++;
    }
    return moved;
  }

  #rangesOf({ subscribers }: Topic): LoadRanges {
    const byLoad = [...subscribers].sort((a, b) => this.#sizeOf(a) - this.#sizeOf(b) || a - b);
    return new LoadRanges(byLoad, (member) => this.#sizeOf(member));
  }

  #give(topic: Topic, partition: number, to: number): void {
    const from = topic.owners[partition];
    if (from !== undefined) {
      this.#shares[from]?.remove(topic.topicId, partition);
      this.#sizes[from] = this.#sizeOf(from) - 1;
    }
    this.#shares[to]?.add(topic.topicId, partition);
    this.#own(topic, partition, to);
  }

  #own(topic: Topic | undefined, partition: number, member: number): void {
    if (topic !== undefined && partition < topic.owners.length) topic.owners[partition] = member;
    this.#sizes[member] = this.#sizeOf(member) + 1;
  }

  #sizeOf(member: number): number {
    return this.#sizes[member] ?? 0;
  }
}

function topicsOf(group: AssignedGroup, describer: TopicDescriber): Topic[] {
  const topics = new Map<string, Topic>();
  for (const [member, { topicIds }] of [...group.members.values()].entries()) {
    for (const topicId of topicIds) {
      const known = topics.get(topicId);
      if (known !== undefined) known.subscribers.push(member);
      else
        topics.set(topicId, { topicId, subscribers: [member], owners: unowned(partitionCountOf(describer, topicId)) });
    }
  }
  return [...topics.values()];
}

function unowned(count: number): (number | undefined)[] {
  return Array.from({ length: count }, () => undefined);
}

/** Most partitions for each subscriber first, then fewest subscribers, then by id. */
function byWeight(a: Topic, b: Topic): number {
  return (
    b.owners.length / b.subscribers.length - a.owners.length / a.subscribers.length ||
    a.subscribers.length - b.subscribers.length ||
    compareTopicIds(a.topicId, b.topicId)
  );
}

/** By member, the partitions of the topic that it has, in order. */
function heldBy({ owners }: Topic): Map<number, number[]> {
  const held = new Map<number, number[]>();
  for (const [partition, owner] of owners.entries()) {
    if (owner === undefined) continue;
    const partitions = held.get(owner);
    if (partitions === undefined) held.set(owner, [partition]);
    else partitions.push(partition);
  }
  return held;
}
