import type { AssignedPartition } from "../partitions/assigned-partition.js";
import type { FetchTarget } from "./session.js";

/** The limits of fetching. */
export interface FetchLimits {
  /** How long the broker may hold the answer back, in milliseconds. */
  readonly maxWaitMs: number;
  /** Bytes asked for in one fetch. */
  readonly maxBytes: number;
  /** Bytes asked for of one partition. */
  readonly partitionMaxBytes: number;
}

/** A partition, and from where it was asked for: an answer to an older question is dropped. */
export interface Asked {
  readonly partition: AssignedPartition;
  readonly version: number;
  readonly fetchOffset: bigint;
  /** Epoch of the leader then: what a leader says that has been replaced is not taken. */
  readonly leaderEpoch: number;
}

/** What one fetch is to ask of one broker. */
export interface FetchPlan {
  readonly targets: readonly FetchTarget[];
  /** The partitions asked for, by key. */
  readonly asked: ReadonlyMap<string, Asked>;
  /** The partitions that were left out although they are read, because they were paused or hold enough. */
  readonly leftOut: ReadonlySet<AssignedPartition>;
  readonly maxBytes: number;
  /**
   * 0 while partitions with enough to read are left out: they must not have to wait for an answer that is not about them. It
   * ends when the first that is held back may be asked for.
   */
  readonly maxWaitMs: number;
}

/** What a plan goes by. */
export interface PlanningOptions {
  readonly limits: FetchLimits;
  /** How many bytes the broker's partitions may hold. */
  readonly room: number;
  /** The clock's monotonic time. */
  readonly now: number;
}

/** Why nothing is asked for at the moment. */
export type NoPlan =
  /** Everything that is being read holds enough, or nothing is. */
  | "enough"
  /** Something runs low, but there is no room for more. */
  | "full";

/** Chooses what to fetch of the partitions that are read from a broker: those that run low. */
export function planFetch(
  partitions: readonly AssignedPartition[],
  { limits, room, now }: PlanningOptions,
): FetchPlan | NoPlan {
  const fetchable = partitions.filter((partition) => partition.isFetchable);
  const low = fetchable.filter((partition) => runsLow(partition, limits));
  if (low.length === 0) return "enough";
  const free = makeRoom(partitions, room);
  if (free <= 0) return "full";
  const asked = new Map(low.map((partition) => [partition.key, askedNow(partition)]));
  return {
    targets: low.map((partition) => targetOf(partition, limits.partitionMaxBytes)),
    asked,
    leftOut: new Set(
      partitions.filter((each) => each.isReady && each.heldBackUntil === undefined && !asked.has(each.key)),
    ),
    maxBytes: Math.min(limits.maxBytes, free),
    maxWaitMs: low.length < fetchable.length ? 0 : Math.min(limits.maxWaitMs, firstReturnMs(partitions, now)),
  };
}

/** A fetch of the one next batch of one partition, and nothing else: a broker gives the first batch whole. */
export function planBatch(partition: AssignedPartition): FetchPlan {
  return {
    targets: [targetOf(partition, 1)],
    asked: new Map([[partition.key, askedNow(partition)]]),
    leftOut: new Set(),
    maxBytes: 1,
    maxWaitMs: 0,
  };
}

/**
 * Whether a partition is to be fetched: when it holds less than half of what one fetch brings of it, so that the next
 * answer is on its way while the application works on the last one.
 */
export function runsLow({ buffer }: AssignedPartition, { partitionMaxBytes }: FetchLimits): boolean {
  return buffer.bytes < partitionMaxBytes / 2;
}

/** Whether a plan asks for what the partition wants to have asked now, and under the leader that it has now. */
export function covers({ asked }: FetchPlan, { key, version, fetchOffset, lineage }: AssignedPartition): boolean {
  const found = asked.get(key);
  if (found === undefined || found.version !== version || found.fetchOffset !== fetchOffset) return false;
  return found.leaderEpoch === lineage.leader.epoch;
}

/** How long until the first partition that is held back returns, in whole milliseconds. */
function firstReturnMs(partitions: readonly AssignedPartition[], now: number): number {
  const at = partitions.reduce((first, { heldBackUntil = Infinity }) => Math.min(first, heldBackUntil), Infinity);
  return Math.max(0, Math.ceil(at - now));
}

function askedNow(partition: AssignedPartition): Asked {
  const { version, fetchOffset, lineage } = partition;
  return { partition, version, fetchOffset, leaderEpoch: lineage.leader.epoch };
}

/** How many bytes may be fetched. When paused partitions take all the room, what they hold is dropped; it is fetched again after the pause. */
function makeRoom(partitions: readonly AssignedPartition[], room: number): number {
  const free = room - sum(partitions);
  if (free > 0) return free;
  for (const partition of partitions) if (partition.paused && !partition.buffer.isEmpty) partition.forgetFetched();
  return room - sum(partitions);
}

function sum(partitions: readonly AssignedPartition[]): number {
  return partitions.reduce((bytes, { buffer }) => bytes + buffer.bytes, 0);
}

function targetOf({ topic, partition, lineage, fetchOffset }: AssignedPartition, maxBytes: number): FetchTarget {
  const { leader } = lineage;
  return { topic, partition, topicId: leader.topicId, leaderEpoch: leader.epoch, fetchOffset, maxBytes };
}
