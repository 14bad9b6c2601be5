import type { Clock } from "@moldau/platform";
import type { BrokerConfig } from "./broker-config.js";
import type { Controller } from "./controller.js";
import type { ClusterState } from "./state.js";
import type { BrokerEvents } from "../events.js";
import type { FetchSessionCache } from "../fetch/session-cache.js";
import type { GroupCoordinator } from "../groups/coordinator.js";
import type { Partition } from "../partitions/partition.js";
import type { Peers } from "../partitions/peers.js";
import type { TransactionAdmission } from "../transactions/admission.js";
import type { TransactionCoordinator } from "../transactions/coordinator.js";
import type { ProducerIds } from "./producer-ids.js";

/** One broker of the cluster as its handlers see it. */
export interface BrokerNode {
  readonly nodeId: number;
  /** Node id of the broker that clients are told is the controller; -1 while none runs. */
  readonly controllerId: number;
  /** The broker's own settings, by Kafka's names, with Kafka's defaults. */
  readonly config: BrokerConfig;
  /** This broker's own image of what the metadata log says: topics, partitions with leaders, configs, brokers. It may lag. Read only. */
  readonly cluster: ClusterState;
  /** Through which the cluster is changed. */
  readonly controller: Controller;
  /** The partitions that this broker leads. */
  readonly partitions: BrokerPartitions;
  /** The way to partitions that other brokers lead. */
  readonly peers: Peers;
  /** Who says whether records of a transaction may be written to partitions that this broker leads. */
  readonly admission: TransactionAdmission;
  readonly groups: GroupCoordinator;
  readonly transactions: TransactionCoordinator;
  readonly producerIds: ProducerIds;
  readonly fetchSessions: FetchSessionCache;
  /** The APIs served, in ascending order of their keys. */
  readonly apis: readonly ServedApi[];
  readonly clock: Clock;
  /** Whom the cluster tells what happens in it. */
  readonly events: BrokerEvents;
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

/** The partitions of one broker. */
export interface BrokerPartitions {
  /** Writes down where each log begins and how far it is flushed, so that a crash does not bring deleted records back. */
  checkpoint(): Promise<void>;
  /** A partition that this broker leads, is about to lead or cannot lead because its storage failed; otherwise undefined. */
  get(topic: string, partition: number): Partition | undefined;
}
