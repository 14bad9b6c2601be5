import type { TopicPartition } from "../../partitions/topic-partition.js";
import type { GroupMember } from "../assignor.js";
import type { Claims } from "./claims.js";
import type { StickyShares } from "./even-shares.js";
import { MembersByLoad } from "./members-by-load.js";
import { Movements } from "./movements.js";
import type { PartitionTable } from "./partition-table.js";
import type { Racks } from "./racks.js";

/** What is to be shared out, and by what. */
export interface UnevenInput {
  readonly members: readonly GroupMember[];
  readonly table: PartitionTable;
  readonly claims: Claims;
  readonly racks: Racks;
}

/**
 * Shares partitions out among members that want different topics, as Kafka's AbstractStickyAssignor does in that case:
 *
 *   1. everybody keeps what it had and still wants (with racks: only what is near);
 *   2. what is left goes, topics with the fewest subscribers first, to whoever has the least (with racks: of those near, then of all);
 *   3. single partitions move from members with more to members with less, until no move makes the shares more even. When the
 *      result is not more even than before, the moves are taken back.
 */
export function shareUnevenly(input: UnevenInput): StickyShares {
  const shares = new UnevenShares(input);
  const left = shares.keep();
  const isFirst = shares.isEmpty;
  shares.deal(left);
  shares.balance(left, isFirst);
  return shares;
}

class UnevenShares implements StickyShares {
  readonly moving = undefined;
  readonly #input: UnevenInput;
  readonly #shares: Map<string, TopicPartition[]>;
  readonly #owners = new Map<TopicPartition, string>();
  /** By member, the topics that it wants and that exist. */
  readonly #wanted: ReadonlyMap<string, ReadonlySet<string>>;
  readonly #subscribers: ReadonlyMap<string, number>;
  /** Those of topics with few subscribers first. */
  readonly #partitions: readonly TopicPartition[];
  readonly #order: MembersByLoad;
  readonly #movements = new Movements();
  /** Somebody had to give something up that others can have. */
  #isRevoking = false;
  /** Whether no move would make the shares more even; undefined when that is to be found out. */
  #balanced: boolean | undefined;

  constructor(input: UnevenInput) {
    const { members, table, claims } = input;
    this.#input = input;
    this.#wanted = new Map(
      members.map(({ memberId, topics }) => [memberId, new Set(topics.filter((topic) => table.has(topic)))]),
    );
    this.#subscribers = countSubscribers(this.#wanted.values());
    this.#partitions = [...table.topics]
      .sort((a, b) => this.#subscribersOf(a) - this.#subscribersOf(b))
      .flatMap((topic) => table.of(topic));
    this.#shares = new Map([...claims.owned].map(([memberId, owned]) => [memberId, this.#keepable(memberId, owned)]));
    this.#order = new MembersByLoad(this.#shares.keys(), (memberId) => this.#sizeOf(memberId));
  }

  get assignment(): ReadonlyMap<string, readonly TopicPartition[]> {
    return this.#shares;
  }

  /** Whether nobody has anything. */
  get isEmpty(): boolean {
    return this.#order.most === 0;
  }

  #keepable(memberId: string, owned: readonly TopicPartition[]): TopicPartition[] {
    const kept = owned.filter((each) => this.#wants(memberId, each.topic) && !this.#input.racks.differ(memberId, each));
    if (kept.length < owned.length) this.#isRevoking = true;
    return kept;
  }

  /** Takes note of what everybody keeps, and returns the rest. */
  keep(): TopicPartition[] {
    for (const [memberId, partitions] of this.#shares)
      for (const partition of partitions) this.#owners.set(partition, memberId);
    return this.#partitions.filter((partition) => !this.#owners.has(partition));
  }

  /** Gives out what nobody kept. */
  deal(partitions: readonly TopicPartition[]): void {
    const { racks } = this.#input;
    const isFarFromAll = (partition: TopicPartition): boolean =>
      !this.#giveTo(partition, (memberId) => !racks.differ(memberId, partition));
    const left = racks.matter ? partitions.filter(isFarFromAll) : partitions;
    for (const partition of left) this.#giveTo(partition, () => true);
  }

  /** Gives a partition to the member with the least that wants it and suits; false when there is none. */
  #giveTo(partition: TopicPartition, suits: (memberId: string) => boolean): boolean {
    const memberId = this.#order.find((each) => this.#wants(each, partition.topic) && suits(each));
    if (memberId === undefined) return false;
    this.#order.change([memberId], () => this.#shares.get(memberId)?.push(partition));
    this.#owners.set(partition, memberId);
    return true;
  }

  /** Moves partitions until the shares are as even as they can be; without need, what was dealt just now goes first. */
  balance(dealt: readonly TopicPartition[], isFirst: boolean): void {
    const fixed = [...this.#wanted.keys()].filter((memberId) => !this.#canChange(memberId));
    this.#order.remove(fixed);
    const before = this.#remember(new Set(fixed));
    if (!this.#isRevoking) this.#move(dealt.filter((partition) => this.#isMovable(partition)));
    const hasMoved = this.#move(this.#partitions.filter((partition) => this.#isMovable(partition)));
    if (
      isFirst ||
      !hasMoved ||
      this.#unevenness(before.keys()) < unevenness([...before.values()].map(({ length }) => length))
    )
      return;
    for (const [memberId, partitions] of before) this.#shares.set(memberId, partitions);
  }

  #remember(fixed: ReadonlySet<string>): Map<string, TopicPartition[]> {
    const changing = [...this.#shares].filter(([memberId]) => !fixed.has(memberId));
    return new Map(changing.map(([memberId, partitions]) => [memberId, [...partitions]]));
  }

  #isMovable({ topic }: TopicPartition): boolean {
    return this.#subscribersOf(topic) >= 2;
  }

  /** Whether a member may get something, or has something that another one may get. */
  #canChange(memberId: string): boolean {
    const partitions = this.#shares.get(memberId) ?? [];
    const { table } = this.#input;
    const most = [...(this.#wanted.get(memberId) ?? [])].reduce((sum, topic) => sum + table.of(topic).length, 0);
    return partitions.length < most || partitions.some((partition) => this.#isMovable(partition));
  }

  /** Moves these partitions, round after round, as long as that makes the shares more even. */
  #move(partitions: readonly TopicPartition[]): boolean {
    let hasMoved = false;
    let moves: number;
    do {
      moves = 0;
      for (const partition of partitions) {
        if (this.#isBalanced()) break;
        const memberId = this.#betterOwner(partition);
        if (memberId === undefined) continue;
        this.#moveTo(partition, memberId);
        moves++;
      }
      hasMoved ||= moves > 0;
    } while (moves > 0);
    return hasMoved;
  }

  /** Who should have the partition in place of its owner: the one that had it earlier, or the one with the least. */
  #betterOwner(partition: TopicPartition): string | undefined {
    const size = this.#sizeOf(this.#owners.get(partition) ?? "");
    const wants = (memberId: string): boolean => this.#wants(memberId, partition.topic);
    const earlier = this.#input.claims.earlierOwners.get(partition);
    const candidates = [earlier, this.#order.find(wants)];
    return candidates.find(
      (memberId): memberId is string => memberId !== undefined && wants(memberId) && size > this.#sizeOf(memberId) + 1,
    );
  }

  #moveTo(wished: TopicPartition, to: string): void {
    const partition = this.#movements.inPlaceOf(wished, { from: this.#owners.get(wished) ?? "", to });
    const from = this.#owners.get(partition) ?? "";
    this.#movements.add(partition, { from, to });
    this.#order.change(from === to ? [from] : [from, to], () => {
      const remaining = (this.#shares.get(from) ?? []).filter((each) => each !== partition);
      this.#shares.set(from, remaining);
      this.#shares.get(to)?.push(partition);
    });
    this.#owners.set(partition, to);
    this.#balanced = undefined;
  }

  #isBalanced(): boolean {
    this.#balanced ??=
      this.#order.least >= this.#order.most - 1 ||
      this.#input.table.topics.every((topic) => this.#isTopicBalanced(topic));
    return this.#balanced;
  }

  /** Whether nobody that has partitions of the topic has two more than somebody who wants some. */
  #isTopicBalanced(topic: string): boolean {
    const poorest = this.#order.find((memberId) => this.#wants(memberId, topic));
    if (poorest === undefined) return true;
    const limit = this.#sizeOf(poorest) + 1;
    return this.#input.table.of(topic).every((partition) => this.#sizeOf(this.#owners.get(partition) ?? "") <= limit);
  }

  #unevenness(memberIds: Iterable<string>): number {
    return unevenness([...memberIds].map((memberId) => this.#sizeOf(memberId)));
  }

  #wants(memberId: string, topic: string): boolean {
    return this.#wanted.get(memberId)?.has(topic) === true;
  }

  #sizeOf(memberId: string): number {
    return this.#shares.get(memberId)?.length ?? 0;
  }

  #subscribersOf(topic: string): number {
    return this.#subscribers.get(topic) ?? 0;
  }
}

function countSubscribers(wanted: Iterable<ReadonlySet<string>>): Map<string, number> {
  const counts = new Map<string, number>();
  for (const topics of wanted) for (const topic of topics) counts.set(topic, (counts.get(topic) ?? 0) + 1);
  return counts;
}

/** How far the sizes differ, summed over all pairs; 0 when all are the same. */
function unevenness(sizes: readonly number[]): number {
  const ascending = [...sizes].sort((a, b) => a - b);
  return ascending.reduce((sum, size, place) => sum + size * (2 * place - ascending.length + 1), 0);
}
