import type { Clock } from "@moldau/platform";
import type { BrokerConfig } from "./broker-config.js";
import type { Controller } from "./controller.js";
import type { ClusterState } from "./state.js";
import type { FetchSessionCache } from "../fetch/session-cache.js";
import type { GroupCoordinator } from "../groups/coordinator.js";
import type { PartitionLog } from "../log/log.js";
import type { ProducerIds } from "./producer-ids.js";

/** One broker of the cluster as its handlers see it. */
export interface BrokerNode {
  readonly nodeId: number;
  /** Node id of the broker that writes the metadata log. */
  readonly controllerId: number;
  /** The broker's own settings, by Kafka's names, with Kafka's defaults. */
  readonly config: BrokerConfig;
  /** What the cluster's metadata log says: topics, partitions with leaders, configs, brokers. Read only. */
  readonly cluster: ClusterState;
  /** Through which the cluster is changed. */
  readonly controller: Controller;
  /** The logs of the partitions that this broker leads. */
  readonly logs: PartitionLogs;
  readonly groups: GroupCoordinator;
  readonly producerIds: ProducerIds;
  readonly fetchSessions: FetchSessionCache;
  /** The APIs served, in ascending order of their keys. */
  readonly apis: readonly ServedApi[];
  readonly clock: Clock;
  readonly random: () => number;
  /** Gives 16 random bytes, from the broker's seed. */
  readonly randomBytes: () => Uint8Array;
  /**
   * Creates topics that somebody asked for: with the broker's defaults, or as Kafka's own topics want it. Resolves to the error codes of
   * those that could not be created; a topic that exists meanwhile is none of them.
   */
  autoCreate(names: readonly string[]): Promise<ReadonlyMap<string, number>>;
}

/** An API that the broker serves. */
export interface ServedApi {
  readonly api: { readonly key: number };
  readonly versions: { readonly min: number; readonly max: number; readonly advertisedMin?: number };
}

/** The logs of one broker. */
export interface PartitionLogs {
  /** Writes down where each log begins and how far it is flushed, so that a crash does not bring deleted records back. */
  checkpoint(): Promise<void>;
  /** The log of a partition, or undefined when this broker does not lead it or its storage failed. */
  get(topic: string, partition: number): PartitionLog | undefined;
  /** Calls `listener` when a partition's log goes away: the topic was deleted, or another broker leads it. Returns how to end that. */
  onGone(listener: (topic: string, partition: number) => void): () => void;
}

/**
 * What the broker tells its group coordinator. It hears of the partitions of `__consumer_offsets` that it is to serve through these calls,
 * one at a time for each partition.
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
