import type { LogPosition } from "../coordination/coordinator-log.js";
import { OffsetStore } from "./offsets.js";
import type { GroupMetadata, GroupRecord } from "./records.js";

/**
 * What the log of one partition of `__consumer_offsets` says: groups and their committed offsets. Replay after a start and the live run
 * go through the one {@link GroupStore.apply}; nothing else changes it.
 */
export class GroupStore {
  readonly offsets: OffsetStore = new OffsetStore();
  readonly #groups = new Map<string, GroupMetadata | null>();

  /** What was last written of a group: null when it has only committed offsets, undefined when there is no such group. */
  metadata(groupId: string): GroupMetadata | null | undefined {
    return this.#groups.get(groupId);
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
    if (record.kind === "offset") {
      this.offsets.apply(record, position);
      // Whoever commits without membership has a group all the same: Kafka calls it a simple group.
      if (record.value !== null && !this.#groups.has(record.groupId)) this.#groups.set(record.groupId, null);
    } else if (record.value === null) {
      this.#groups.delete(record.groupId);
    } else {
      this.#groups.set(record.groupId, record.value);
    }
  }
}
