import { comparePartitions, type TopicPartition } from "../../partitions/topic-partition.js";
import type { Claims } from "./claims.js";
import type { PartitionTable } from "./partition-table.js";
import type { Racks } from "./racks.js";

/** What a sticky assignor came to. */
export interface StickyShares {
  readonly assignment: ReadonlyMap<string, readonly TopicPartition[]>;
  /** By partition that another member had so far, who gets it; undefined where that was not kept note of. */
  readonly moving: ReadonlyMap<TopicPartition, string> | undefined;
}

/**
 * Shares partitions out among members that all want the same topics, as Kafka's AbstractStickyAssignor does in that case:
 *
 *   1. everybody keeps what it had, up to its share (with racks: only what is near);
 *   2. what is left goes round, with racks first to members that are near;
 *   3. shares differ by one at most: some members have `most`, where the number does not divide, the others `least`.
 */
export function shareEvenly(table: PartitionTable, claims: Claims, racks: Racks): StickyShares {
  const shares = new EvenShares(table, claims, racks);
  shares.keep();
  shares.deal();
  return shares;
}

class EvenShares implements StickyShares {
  readonly assignment: ReadonlyMap<string, TopicPartition[]>;
  readonly moving = new Map<TopicPartition, string>();
  readonly #table: PartitionTable;
  readonly #claims: Claims;
  readonly #racks: Racks;
  readonly #least: number;
  readonly #most: number;
  /** How many more members may have `most`; none when that is no more than `least`. */
  #mayHaveMost: number;
  /** Members below `least`. */
  readonly #hungry: string[] = [];
  /** Members at `least` that may get one more. */
  #content: string[] = [];
  readonly #kept = new Set<TopicPartition>();
  readonly #givenUp = new Map<TopicPartition, string>();

  constructor(table: PartitionTable, claims: Claims, racks: Racks) {
    this.#table = table;
    this.#claims = claims;
    this.#racks = racks;
    this.assignment = new Map([...claims.owned.keys()].map((memberId) => [memberId, []]));
    const members = Math.max(1, this.assignment.size);
    this.#least = Math.floor(table.size / members);
    this.#most = Math.ceil(table.size / members);
    this.#mayHaveMost = table.size % members;
  }

  /** Leaves everybody as much of what it had as its share allows. */
  keep(): void {
    for (const [memberId, owned] of this.#claims.owned) this.#keep(memberId, this.#keepable(memberId, owned));
  }

  #keepable(memberId: string, owned: readonly TopicPartition[]): TopicPartition[] {
    const near = owned.filter((partition) => {
      const isFar = this.#racks.differ(memberId, partition);
      if (isFar) this.#givenUp.set(partition, memberId);
      return !isFar;
    });
    return near.filter((partition) => !this.#claims.disputed.has(partition)).sort(byNumber);
  }

  #keep(memberId: string, owned: readonly TopicPartition[]): void {
    if (owned.length < this.#least) {
      this.#hungry.push(memberId);
      return this.#keepFirst(memberId, owned, owned.length);
    }
    if (owned.length >= this.#most && this.#mayHaveMost > 0) {
      this.#countMost();
      return this.#keepFirst(memberId, owned, this.#most);
    }
    if (this.#mayHaveMost > 0) this.#content.push(memberId);
    this.#keepFirst(memberId, owned, this.#least);
  }

  #keepFirst(memberId: string, owned: readonly TopicPartition[], count: number): void {
    for (const partition of owned.slice(0, count)) {
      this.assignment.get(memberId)?.push(partition);
      this.#kept.add(partition);
    }
    for (const partition of owned.slice(count)) this.#givenUp.set(partition, memberId);
  }

  /** When enough members have the greater share, the others have had enough. */
  #countMost(): void {
    this.#mayHaveMost--;
    if (this.#mayHaveMost === 0) this.#content = [];
  }

  /** Gives out what nobody kept. */
  deal(): void {
    this.#hungry.sort();
    this.#content.sort();
    const all = this.#table.topics.flatMap((topic) => this.#table.of(topic));
    let left = this.#racks.rarestFirst(all.filter((partition) => !this.#kept.has(partition)));
    if (this.#racks.matter) left = this.#dealNearby(left);
    this.#dealInTurn(left);
  }

  /** Gives partitions to members that are near, and returns what is left. */
  #dealNearby(partitions: readonly TopicPartition[]): TopicPartition[] {
    let turn = 0;
    return partitions.filter((partition) => {
      const hungry = this.#nearest(partition, this.#hungry, turn);
      if (hungry !== undefined) turn = this.#feed(partition, hungry);
      else if (!this.#treat(partition)) return true;
      return false;
    });
  }

  /** The place of the first member, from a place on and round, that is near. */
  #nearest(partition: TopicPartition, memberIds: readonly string[], from: number): number | undefined {
    for (let step = 0; step < memberIds.length; step++) {
      const place = (from + step) % memberIds.length;
      if (this.#racks.areShared(memberIds[place] ?? "", partition)) return place;
    }
    return undefined;
  }

  /** Gives a partition to the hungry member at a place, and returns whose turn it is next. */
  #feed(partition: TopicPartition, place: number): number {
    const memberId = this.#hungry[place] ?? "";
    const count = this.#give(partition, memberId);
    let next = place + 1;
    if (count >= this.#least) {
      this.#hungry.splice(place, 1);
      if (count < this.#most && this.#mayHaveMost > 0) this.#content.push(memberId);
      next = place;
    }
    return this.#hungry.length === 0 ? 0 : next % this.#hungry.length;
  }

  /** Gives a partition to a content member that is near, if there is one. */
  #treat(partition: TopicPartition): boolean {
    const place = this.#nearest(partition, this.#content, 0);
    if (place === undefined) return false;
    const [memberId = ""] = this.#content.splice(place, 1);
    this.#give(partition, memberId);
    this.#countMost();
    return true;
  }

  #dealInTurn(partitions: readonly TopicPartition[]): void {
    let turn = 0;
    for (const partition of partitions) {
      if (turn >= this.#hungry.length) turn = 0;
      const memberId = this.#hungry[turn] ?? this.#content.shift();
      if (memberId === undefined) throw new Error("partitions are left, although every member has its share");
      const isHungry = turn < this.#hungry.length;
      const count = this.#give(partition, memberId);
      if (!isHungry) continue;
      if (count < this.#least) turn++;
      else this.#content.push(...this.#hungry.splice(turn, 1));
    }
  }

  #give(partition: TopicPartition, memberId: string): number {
    const partitions = this.assignment.get(memberId);
    const before = this.#givenUp.get(partition);
    if ((before !== undefined && before !== memberId) || this.#claims.disputed.has(partition))
      this.moving.set(partition, memberId);
    return partitions?.push(partition) ?? 0;
  }
}

/** Partitions of one number together: a member that gives some up keeps the first numbers of all its topics. */
function byNumber(a: TopicPartition, b: TopicPartition): number {
  return a.partition - b.partition || comparePartitions(a, b);
}
