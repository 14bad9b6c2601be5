import { Uuid } from "@moldau/protocol-codec";
import type { Change } from "./controller.js";
import { electLeaders } from "./elections.js";
import { type FeatureLevels, features } from "./features.js";
import { servingBrokers } from "./placement.js";
import { clusterRecords } from "./records.js";
import type { BrokerState, ClusterState, Endpoint } from "./state.js";

/** A broker that enters the cluster. */
export interface Registration {
  readonly nodeId: number;
  readonly rack: string | null;
  readonly endpoints: readonly (Endpoint & { readonly securityProtocol: number })[];
  /** Id of its log directory. */
  readonly directoryId: Uuid;
}

/** Who registers, and what belongs to that. */
export interface RegistrationOptions {
  readonly brokers: readonly Registration[];
  /** The epoch of these registrations: the offset of the metadata log at which they are made. */
  readonly epoch: bigint;
  /** Gives 16 random bytes. */
  readonly randomBytes: () => Uint8Array;
}

/** Everybody who registers when the cluster starts. */
export interface StartOptions extends RegistrationOptions {
  /** What was chosen for this start. A new cluster gets the initial levels otherwise, one that was there before keeps its own. */
  readonly features: FeatureLevels;
}

/**
 * Plans the registration of the brokers that run now, all at once, when the cluster starts. Those that ran before and do not now are
 * fenced: what they led has no leader until they come back.
 */
export function registerAllBrokers(cluster: ClusterState, options: StartOptions): Change<void> {
  const running = new Set(options.brokers.map(({ nodeId }) => nodeId));
  const gone = [...cluster.brokers()].filter(({ nodeId, fenced }) => !fenced && !running.has(nodeId));
  return {
    records: [
      ...featureLevels(cluster, options.features),
      ...gone.map(fencing),
      ...registrations(options),
      ...electLeaders(cluster, (nodeId) => running.has(nodeId)),
    ],
    answer: undefined,
  };
}

/** Plans that one broker comes back: it leads again what nobody leads and it has. */
export function registerBroker(cluster: ClusterState, options: RegistrationOptions): Change<void> {
  const coming = new Set(options.brokers.map(({ nodeId }) => nodeId));
  const isServing = (nodeId: number): boolean => coming.has(nodeId) || cluster.isServing(nodeId);
  return { records: [...registrations(options), ...electLeaders(cluster, isServing)], answer: undefined };
}

/** Plans that one broker serves no longer: others lead what they have in sync, the rest has no leader. */
export function fenceBroker(cluster: ClusterState, nodeId: number): Change<void> {
  const broker = cluster.broker(nodeId);
  if (broker === undefined || broker.fenced) return { records: [], answer: undefined };
  const isServing = (other: number): boolean => other !== nodeId && cluster.isServing(other);
  return { records: [fencing(broker), ...electLeaders(cluster, isServing)], answer: undefined };
}

/** The node id that clients are told is the controller's: `preferred` while that broker serves, else the lowest that does; -1 for none. */
export function shownController(cluster: ClusterState, preferred: number): number {
  if (cluster.isServing(preferred)) return preferred;
  return servingBrokers(cluster)[0] ?? -1;
}

/** The levels that are to change. */
function featureLevels(cluster: ClusterState, chosen: FeatureLevels): readonly Buffer[] {
  const isNew = cluster.featureLevel("metadata.version") === 0;
  return features.flatMap(({ name, initial }) => {
    const before = cluster.featureLevel(name);
    const featureLevel = chosen.get(name) ?? (isNew ? initial : before);
    return featureLevel === before ? [] : [clusterRecords.featureLevel.write({ name, featureLevel })];
  });
}

function fencing({ nodeId, epoch }: BrokerState): Buffer {
  return clusterRecords.brokerRegistrationChange.write({ brokerId: nodeId, brokerEpoch: epoch, fenced: 1 });
}

function registrations({ brokers, epoch, randomBytes }: RegistrationOptions): readonly Buffer[] {
  return brokers.map(({ nodeId, rack, endpoints, directoryId }) =>
    clusterRecords.registerBroker.write({
      brokerId: nodeId,
      incarnationId: Uuid.random(randomBytes),
      brokerEpoch: epoch,
      endPoints: endpoints.map(({ listener: name, host, port, securityProtocol }) => ({
        name,
        host,
        port,
        securityProtocol,
      })),
      features: features.map(({ name, min, max }) => ({ name, minSupportedVersion: min, maxSupportedVersion: max })),
      rack,
      fenced: false,
      logDirs: [directoryId],
    }),
  );
}
