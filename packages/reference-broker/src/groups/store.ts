import type { LogPosition } from "../coordination/coordinator-log.js";
import { applyRecord } from "./consumer/apply.js";
import type { ConsumerGroupRecord } from "./consumer/records.js";
import type { ConsumerGroup } from "./consumer/state.js";
import { OffsetStore } from "./offsets.js";
import type { GroupMetadata, GroupRecord } from "./records.js";

/**
 * What the log of one partition of `__consumer_offsets` says: groups and their committed offsets. Replay after a start and the live run
 * go through the one {@link GroupStore.apply}; nothing else changes it.
 */
export class GroupStore {
  readonly offsets: OffsetStore = new OffsetStore();
  readonly #groups = new Map<string, StoredGroup>();

  /** What was last written of a group of the classic protocol: null when it has only committed offsets, undefined when there is no such group. */
  metadata(groupId: string): GroupMetadata | null | undefined {
    const group = this.#groups.get(groupId);
    return group?.type === "classic" ? group.metadata : undefined;
  }

  /** The group of the consumer protocol of an id, or undefined when there is none. */
  consumer(groupId: string): ConsumerGroup | undefined {
    const group = this.#groups.get(groupId);
    return group?.type === "consumer" ? group.group : undefined;
  }

  /** Whether there is a group of any protocol. */
  has(groupId: string): boolean {
    return this.#groups.has(groupId);
  }

  /** The ids of all groups, in the order in which they came. */
  groupIds(): Iterable<string> {
    return this.#groups.keys();
  }

  /** How many groups there are. */
  get size(): number {
    return this.#groups.size;
  }

  /** Applies a record that is in the log. */
  apply(record: GroupRecord, position: LogPosition): void {
    const { groupId } = record;
    if (record.kind === "offset") {
      this.offsets.apply(record, position);
      // Whoever commits without membership has a group all the same: Kafka calls it a simple group.
      if (record.value !== null && !this.#groups.has(groupId))
        this.#groups.set(groupId, { type: "classic", metadata: null });
    } else if (record.kind === "group") {
      if (record.value === null) this.#groups.delete(groupId);
      else this.#groups.set(groupId, { type: "classic", metadata: record.value });
    } else {
      this.#applyConsumer(record);
    }
  }

  #applyConsumer(record: ConsumerGroupRecord): void {
    const before = this.consumer(record.groupId);
    const group = applyRecord(before, record);
    if (group !== undefined) this.#groups.set(record.groupId, { type: "consumer", group });
    else if (before !== undefined) this.#groups.delete(record.groupId);
  }
}

type StoredGroup =
  | { readonly type: "classic"; readonly metadata: GroupMetadata | null }
  | { readonly type: "consumer"; readonly group: ConsumerGroup };
