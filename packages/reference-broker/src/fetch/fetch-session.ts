import type { Uuid, FetchResponsePartition } from "@moldau/protocol-codec";

/** One partition that a client fetches: what it asked for last. */
export interface FetchPosition {
  /** The topic's name, empty in versions that name topics by id. */
  readonly topic: string;
  readonly topicId: Uuid;
  readonly partition: number;
  readonly fetchOffset: bigint;
  readonly maxBytes: number;
  readonly currentLeaderEpoch: number;
  readonly lastFetchedEpoch: number;
}

/** What a fetch found in one partition, as it stands in the answer. */
export type PartitionResult = Partial<Omit<FetchResponsePartition, "records">> & {
  readonly partitionIndex: number;
  readonly errorCode: number;
  readonly highWatermark: bigint;
  readonly logStartOffset: bigint;
  readonly records: readonly Buffer[];
};

/** A partition of a session, and what its client was told of it last. */
interface CachedPartition {
  readonly position: FetchPosition;
  readonly highWatermark: bigint;
  readonly logStartOffset: bigint;
}

/** Names a partition within a session. */
export function positionKey({
  topic,
  topicId,
  partition,
}: Pick<FetchPosition, "topic" | "topicId" | "partition">): string {
  return topicId.isZero ? `${topic}/${partition}` : `${topicId.toString()}/${partition}`;
}

const lastEpoch = 2_147_483_647;

/** The epoch that follows: after the largest int32 comes 1, because 0 and -1 mean something else. */
export function nextEpoch(epoch: number): number {
  return epoch === lastEpoch ? 1 : epoch + 1;
}

/**
 * A fetch session (KIP-227): the broker remembers what a client fetches, so that a request names only what changed and an answer only
 * partitions with news. The order of the partitions is the order in which they get their share of the bytes; one that gave data goes to the end.
 */
export class FetchSession {
  readonly id: number;
  readonly usesTopicIds: boolean;
  readonly createdMs: number;
  lastUsedMs: number;
  /** The epoch that the next request has to carry. */
  epoch: number;
  readonly #partitions = new Map<string, CachedPartition>();

  constructor(id: number, options: { readonly usesTopicIds: boolean; readonly nowMs: number }) {
    this.id = id;
    this.usesTopicIds = options.usesTopicIds;
    this.createdMs = options.nowMs;
    this.lastUsedMs = options.nowMs;
    this.epoch = 1;
  }

  /** Number of partitions. */
  get size(): number {
    return this.#partitions.size;
  }

  /** What to fetch, in order. */
  positions(): readonly FetchPosition[] {
    return Array.from(this.#partitions.values(), ({ position }) => position);
  }

  /** Adds partitions, or takes over what changed of those that are in the session already. */
  update(positions: readonly FetchPosition[]): void {
    for (const position of positions) {
      const key = positionKey(position);
      const before = this.#partitions.get(key);
      this.#partitions.set(key, {
        position,
        highWatermark: before?.highWatermark ?? -1n,
        logStartOffset: before?.logStartOffset ?? -1n,
      });
    }
  }

  /** Removes partitions that the client is no longer interested in. */
  forget(partitions: readonly Pick<FetchPosition, "topic" | "topicId" | "partition">[]): void {
    for (const partition of partitions) this.#partitions.delete(positionKey(partition));
  }

  /** Whether the client has to be told of this result; remembers that it was. */
  isNews(position: FetchPosition, result: PartitionResult): boolean {
    const key = positionKey(position);
    const cached = this.#partitions.get(key);
    if (cached === undefined) return true;
    const hasData = result.records.length > 0;
    const hasError = result.errorCode !== 0;
    const hasMoved = cached.highWatermark !== result.highWatermark || cached.logStartOffset !== result.logStartOffset;
    // An error is told every time, and when it has gone the partition is told once more.
    const told = {
      ...cached,
      highWatermark: hasError ? -1n : result.highWatermark,
      logStartOffset: result.logStartOffset,
    };
    if (hasData) this.#partitions.delete(key);
    this.#partitions.set(key, told);
    return hasData || hasError || hasMoved || result.divergingEpoch !== undefined;
  }
}
