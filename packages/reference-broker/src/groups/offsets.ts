import type { Uuid } from "@moldau/protocol-codec";
import type { LogPosition } from "../coordination/coordinator-log.js";
import type { CommittedOffset, OffsetRecord } from "./records.js";

/** Names one committed offset of a shard. */
export interface OffsetKey {
  readonly groupId: string;
  readonly topic: string;
  readonly partition: number;
}

/** A committed offset, and where in the log it was committed. */
export interface StoredOffset extends CommittedOffset {
  readonly recordOffset: bigint;
}

/** A topic's committed offsets by partition. */
export type TopicOffsets = ReadonlyMap<number, StoredOffset>;

/**
 * The committed offsets of one shard, as its log says. Offsets of open transactions are kept apart until their marker comes: a commit
 * moves them over, an abort drops them (KIP-447).
 */
export class OffsetStore {
  readonly #committed = new OffsetTable();
  readonly #pending = new Map<bigint, OffsetTable>();
  /** The producers whose open transactions hold offsets of a group: what is asked of one group is no matter of the transactions of others. */
  readonly #producers = new Map<string, Set<bigint>>();

  /** The committed offset of a partition, or undefined. */
  get(key: OffsetKey): StoredOffset | undefined {
    return this.#committed.get(key);
  }

  /** A group's committed offsets by topic and partition. */
  ofGroup(groupId: string): ReadonlyMap<string, TopicOffsets> {
    return this.#committed.ofGroup(groupId);
  }

  /** Whether a transaction that is still open holds an offset for the partition. */
  isPending(key: OffsetKey): boolean {
    return this.#pendingOf(key.groupId).some((table) => table.get(key) !== undefined);
  }

  /** Whether a transaction that is still open holds any offset of the group. */
  hasPending(groupId: string): boolean {
    return this.#producers.has(groupId);
  }

  /** The offsets that a producer's open transaction holds, each with the group and partition that it is for. */
  *heldBy(producerId: bigint): Iterable<OffsetKey & { readonly stored: StoredOffset }> {
    const table = this.#pending.get(producerId);
    for (const groupId of table?.groupIds() ?? [])
      for (const [topic, partitions] of table?.ofGroup(groupId) ?? noOffsets)
        for (const [partition, stored] of partitions) yield { groupId, topic, partition, stored };
  }

  /** Every partition for which the group has an offset, committed or in an open transaction; each once. */
  *partitionsOf(groupId: string): Iterable<{ readonly topic: string; readonly partition: number }> {
    const seen = new Set<string>();
    for (const table of [this.#committed, ...this.#pendingOf(groupId)]) {
      for (const [topic, partitions] of table.ofGroup(groupId)) {
        for (const partition of partitions.keys()) {
          const name = `${partition} ${topic}`;
          if (seen.has(name)) continue;
          seen.add(name);
          yield { topic, partition };
        }
      }
    }
  }

  /** Ids of the groups that have an offset, committed or in an open transaction; each once. */
  groupIds(): Iterable<string> {
    return new Set([...this.#committed.groupIds(), ...this.#producers.keys()]);
  }

  /** Applies a record of the log. The only way in, for replay and the live run alike. */
  apply(record: OffsetRecord, { offset, producerId }: LogPosition): void {
    if (record.value === null) this.#remove(record);
    else this.#tableOf(producerId, record.groupId).set(record, { ...record.value, recordOffset: offset });
  }

  /** Applies the marker that ends a producer's transaction. */
  applyMarker(producerId: bigint, isCommit: boolean): void {
    const pending = this.#pending.get(producerId);
    if (pending === undefined) return;
    this.#pending.delete(producerId);
    for (const groupId of pending.groupIds()) {
      this.#letGo(groupId, producerId);
      if (!isCommit) continue;
      for (const [topic, partitions] of pending.ofGroup(groupId)) {
        for (const [partition, stored] of partitions) this.#settle({ groupId, topic, partition }, stored);
      }
    }
  }

  /** A tombstone takes what is pending with it. */
  #remove(key: OffsetKey): void {
    this.#committed.delete(key);
    for (const producerId of [...(this.#producers.get(key.groupId) ?? [])]) {
      const table = this.#pending.get(producerId);
      table?.delete(key);
      if (table === undefined || table.ofGroup(key.groupId).size === 0) this.#letGo(key.groupId, producerId);
    }
  }

  /** The producer's transaction holds no offset of the group any more. */
  #letGo(groupId: string, producerId: bigint): void {
    const producers = this.#producers.get(groupId);
    producers?.delete(producerId);
    if (producers?.size === 0) this.#producers.delete(groupId);
  }

  #pendingOf(groupId: string): readonly OffsetTable[] {
    return [...(this.#producers.get(groupId) ?? [])].flatMap((producerId) => this.#pending.get(producerId) ?? []);
  }

  /** A commit outside of the transaction that came after the transactional one counts. */
  #settle(key: OffsetKey, stored: StoredOffset): void {
    const current = this.#committed.get(key);
    if (current === undefined || stored.recordOffset > current.recordOffset) this.#committed.set(key, stored);
  }

  /** Where an offset of a group goes: to what counts, or to what the producer's transaction holds. */
  #tableOf(producerId: bigint, groupId: string): OffsetTable {
    if (producerId === -1n) return this.#committed;
    const producers = this.#producers.get(groupId);
    if (producers === undefined) this.#producers.set(groupId, new Set([producerId]));
    else producers.add(producerId);
    let table = this.#pending.get(producerId);
    if (table === undefined) this.#pending.set(producerId, (table = new OffsetTable()));
    return table;
  }
}

/** Whether a stored offset is of another topic than the one asked for: one of the same name that was there before. Ids that are zero fit all. */
export function isOfAnotherTopic(stored: StoredOffset, topicId: Uuid): boolean {
  return !stored.topicId.isZero && !topicId.isZero && !stored.topicId.equals(topicId);
}

const noOffsets: ReadonlyMap<string, TopicOffsets> = new Map();

/** Offsets by group, topic and partition; no level is ever empty. */
class OffsetTable {
  readonly #groups = new Map<string, Map<string, Map<number, StoredOffset>>>();

  get({ groupId, topic, partition }: OffsetKey): StoredOffset | undefined {
    return this.#groups.get(groupId)?.get(topic)?.get(partition);
  }

  ofGroup(groupId: string): ReadonlyMap<string, TopicOffsets> {
    return this.#groups.get(groupId) ?? noOffsets;
  }

  groupIds(): Iterable<string> {
    return this.#groups.keys();
  }

  set({ groupId, topic, partition }: OffsetKey, stored: StoredOffset): void {
    let topics = this.#groups.get(groupId);
    if (topics === undefined) this.#groups.set(groupId, (topics = new Map()));
    let partitions = topics.get(topic);
    if (partitions === undefined) topics.set(topic, (partitions = new Map()));
    partitions.set(partition, stored);
  }

  delete({ groupId, topic, partition }: OffsetKey): void {
    const topics = this.#groups.get(groupId);
    const partitions = topics?.get(topic);
    if (topics === undefined || partitions === undefined) return;
    partitions.delete(partition);
    if (partitions.size === 0) topics.delete(topic);
    if (topics.size === 0) this.#groups.delete(groupId);
  }
}
