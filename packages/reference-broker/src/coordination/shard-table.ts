import { coordinatorPartition, ErrorCode } from "@moldau/protocol-codec";
import { CoordinatorError } from "./coordinator-error.js";
import type { CoordinatorLog } from "./coordinator-log.js";

/** A shard as the table of shards sees it. */
export interface TableShard {
  load(): Promise<void>;
  raiseLeaderEpoch(epoch: number): void;
  close(): Promise<void>;
}

/** How a coordinator's shards are made, and how many there are. */
export interface ShardTableOptions<Shard> {
  readonly open: (log: CoordinatorLog, at: { readonly partition: number; readonly leaderEpoch: number }) => Shard;
  /** Number of partitions of the coordinator's topic. */
  readonly partitions: () => number;
}

/** The shards of one kind of coordinator on one broker: one for each partition of its topic that the broker leads. */
export class ShardTable<Shard extends TableShard> {
  readonly #options: ShardTableOptions<Shard>;
  readonly #shards = new Map<number, Shard>();

  constructor(options: ShardTableOptions<Shard>) {
    this.#options = options;
  }

  /** The partition of the coordinator's topic that a key (a group's id, a transactional id) belongs to. */
  partitionOf(key: string): number {
    return coordinatorPartition(key, this.#options.partitions());
  }

  /** The shard that a key belongs to. Throws a {@link CoordinatorError} NOT_COORDINATOR when it is not served here. */
  of(key: string): Shard {
    return this.at(this.partitionOf(key));
  }

  /** The shard of a partition of the coordinator's topic. Throws a {@link CoordinatorError} NOT_COORDINATOR when it is not served here. */
  at(partition: number): Shard {
    const shard = this.#shards.get(partition);
    if (shard === undefined) throw new CoordinatorError(ErrorCode.NOT_COORDINATOR);
    return shard;
  }

  /** All shards, loading ones included. */
  all(): readonly Shard[] {
    return [...this.#shards.values()];
  }

  /** Sorts keys by their partitions, each key once. */
  byPartition(keys: Iterable<string>): readonly (readonly [string, ...string[]])[] {
    const groups = new Map<number, [string, ...string[]]>();
    for (const key of new Set(keys)) {
      const partition = this.partitionOf(key);
      const group = groups.get(partition);
      if (group === undefined) groups.set(partition, [key]);
      else group.push(key);
    }
    return [...groups.values()];
  }

  /** This broker now leads a partition: makes its shard and loads it. Resolves when it serves; until then it answers that it is loading. */
  async onLeader(partition: number, log: CoordinatorLog, leaderEpoch: number): Promise<void> {
    const known = this.#shards.get(partition);
    if (known !== undefined) return known.raiseLeaderEpoch(leaderEpoch);
    const shard = this.#options.open(log, { partition, leaderEpoch });
    this.#shards.set(partition, shard);
    await shard.load();
  }

  /** The partition is led elsewhere or gone: whoever waits hears NOT_COORDINATOR, and the shard is dropped. */
  async onLeaderLost(partition: number): Promise<void> {
    const shard = this.#shards.get(partition);
    this.#shards.delete(partition);
    await shard?.close();
  }

  /** The broker stops: drops all shards. Idempotent. */
  async close(): Promise<void> {
    const shards = this.all();
    this.#shards.clear();
    await Promise.all(shards.map((shard) => shard.close()));
  }
}
