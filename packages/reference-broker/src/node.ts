import type { Clock } from "./clock.js";
import type { BrokerConfig } from "./cluster/broker-config.js";
import type { ClusterState } from "./cluster/state.js";
import type { GroupCoordinator } from "./groups/coordinator.js";
import type { PartitionLog } from "./log/log.js";

/** One broker of the cluster as its handlers see it. */
export interface BrokerNode {
  readonly nodeId: number;
  /** The broker's own settings, by Kafka's names, with Kafka's defaults. */
  readonly config: BrokerConfig;
  /** What the cluster's metadata log says: topics, partitions with leaders, configs, brokers. Read only; changes go through the controller. */
  readonly cluster: ClusterState;
  /** The logs of the partitions that this broker holds. */
  readonly logs: PartitionLogs;
  readonly groups: GroupCoordinator;
  readonly clock: Clock;
  readonly random: () => number;
}

/** The logs of one broker. */
export interface PartitionLogs {
  /** The log of a partition, or undefined when this broker does not lead it. */
  get(topic: string, partition: number): PartitionLog | undefined;
}

/**
 * What the broker tells its group coordinator. `new GroupCoordinator({ nodeId, config, cluster, clock, random })` makes one; it hears of
 * the partitions of `__consumer_offsets` that it is to serve through these calls, one at a time for each partition.
 */
export interface GroupCoordinatorLife {
  /** This broker now leads a partition of `__consumer_offsets`: replay its log, then serve its groups. */
  onLeader(partition: number, log: PartitionLog, leaderEpoch: number): Promise<void>;
  /** The partition is led elsewhere or gone: answer those who wait with NOT_COORDINATOR and drop the shard. */
  onLeaderLost(partition: number): Promise<void>;
  /** Topics were deleted: their committed offsets are to be removed. */
  onTopicsDeleted(topics: readonly string[]): Promise<void>;
  /** The broker stops: cancels timers, answers those who wait. Idempotent. */
  close(): Promise<void>;
}
