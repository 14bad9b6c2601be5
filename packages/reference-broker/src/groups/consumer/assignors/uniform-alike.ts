import { ErrorCode } from "@moldau/protocol-codec";
import { inJavaHashOrder } from "@moldau/protocol-codec/internal";
import { CoordinatorError } from "../../../coordination/coordinator-error.js";
import type { TopicPartitions } from "../topic-partitions.js";
import type { AssignedGroup, TopicDescriber } from "./assignor.js";
import { partitionCountOf } from "./partition-counts.js";
import { Share } from "./shares.js";
import { topicsInHashOrder } from "./uuid-order.js";

/**
 * Shares out in a group whose members all read the same topics, as Apache Kafka's UniformHomogeneousAssignmentBuilder does:
 * everybody keeps what it has up to its quota; what is above, and what nobody has, goes to those below. Quotas differ by one at
 * most, and who has the greater one already keeps it.
 */
export function shareAlike(group: AssignedGroup, topics: TopicDescriber): ReadonlyMap<string, TopicPartitions> {
  const [first] = group.members.values();
  // Kafka copies them into a table of their own, with room for one more.
  const topicIds = topicsInHashOrder(first?.topicIds ?? [], (first?.topicIds.size ?? 0) + 1);
  if (topicIds.length === 0) return new Map();
  const alike = new UniformAlike(group, topics, topicIds);
  alike.keep();
  alike.deal();
  return alike.assignment;
}

/** One partition that is to be given to somebody. */
type Unassigned = readonly [topicId: string, partition: number];

class UniformAlike {
  readonly #group: AssignedGroup;
  readonly #topicIds: ReadonlySet<string>;
  readonly #unassigned: Unassigned[];
  readonly #shares = new Map<string, Share>();
  readonly #unfilled: { readonly share: Share; readonly room: number }[] = [];
  readonly #quota: number;
  /** How many more members get one partition above the quota. */
  #extras: number;

  constructor(group: AssignedGroup, topics: TopicDescriber, topicIds: readonly string[]) {
    this.#group = group;
    this.#topicIds = new Set(topicIds);
    const partitions = topicIds.flatMap((topicId) => partitionsOf(topicId, partitionCountOf(topics, topicId)));
    this.#unassigned = partitions.filter(([topicId, partition]) => !group.isAssigned(topicId, partition));
    this.#quota = Math.floor(partitions.length / group.members.size);
    this.#extras = partitions.length % group.members.size;
  }

  get assignment(): ReadonlyMap<string, TopicPartitions> {
    return new Map([...this.#shares].map(([memberId, share]) => [memberId, share.partitions]));
  }

  /** Takes from everybody what is not wanted any more, or above the quota. */
  keep(): void {
    let left = this.#group.members.size;
    for (const [memberId, { target }] of this.#group.members) {
      const share = new Share(target);
      this.#shares.set(memberId, share);
      let hasExtra = this.#extras > 0;
      let room = this.#cut(share, this.#quota + (hasExtra ? 1 : 0));
      // Left to another one, as long as there are enough of them.
      if (room > 0 && hasExtra && left > this.#extras) {
        room--;
        hasExtra = false;
      }
      if (room > 0) this.#unfilled.push({ share, room });
      if (hasExtra) this.#extras--;
      left--;
    }
  }

  /** Cuts a share down to a quota, and returns how much of that is left. */
  #cut(share: Share, quota: number): number {
    let room = quota;
    for (const topicId of topicsInHashOrder(share.partitions.keys())) {
      const partitions = share.partitions.get(topicId) ?? new Set<number>();
      if (!this.#topicIds.has(topicId)) share.removeTopic(topicId);
      else if (partitions.size <= room) room -= partitions.size;
      else {
        for (const partition of inHashSetOrder(partitions).slice(room)) {
          share.remove(topicId, partition);
          this.#unassigned.push([topicId, partition]);
        }
        room = 0;
      }
    }
    return room;
  }

  /** Gives out what nobody has. Throws a CoordinatorError when something is left: somebody was said to have it who is not there. */
  deal(): void {
    let next = 0;
    for (const { share, room } of this.#unfilled) {
      for (const [topicId, partition] of this.#unassigned.slice(next, next + room)) share.add(topicId, partition);
      next += room;
    }
    if (next < this.#unassigned.length)
      throw new CoordinatorError(ErrorCode.UNKNOWN_SERVER_ERROR, { message: "Partitions were left unassigned" });
  }
}

function partitionsOf(topicId: string, count: number): Unassigned[] {
  return Array.from({ length: count }, (_, partition) => [topicId, partition]);
}

/** Numbers in the order of a Java HashSet that was copied from a list of them. */
function inHashSetOrder(partitions: ReadonlySet<number>): number[] {
  return inJavaHashOrder(partitions, (partition) => partition, partitions.size + 1);
}
