import { Uuid } from "@moldau/protocol-codec";
import type { Change } from "./controller.js";
import { electLeaders } from "./elections.js";
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

/** The level of `metadata.version` that the records of this broker belong to: Apache Kafka 4.0 (IBP_4_0_IV3). */
const metadataVersion = 25;

/** The levels that brokers of Apache Kafka 4.3.1 can be at: 3.3 (IBP_3_3_IV3) to 4.3 (IBP_4_3_IV0). */
export const metadataVersions = { min: 7, max: 30 } as const;

/** Who registers, and what belongs to that. */
export interface RegistrationOptions {
  readonly brokers: readonly Registration[];
  /** The epoch of these registrations: the offset of the metadata log at which they are made. */
  readonly epoch: bigint;
  /** Gives 16 random bytes. */
  readonly randomBytes: () => Uint8Array;
}

/**
 * Plans the registration of the brokers that run now, all at once, when the cluster starts. Those that ran before and do not now are
 * fenced: what they led has no leader until they come back.
 */
export function registerAllBrokers(cluster: ClusterState, options: RegistrationOptions): Change<void> {
  const running = new Set(options.brokers.map(({ nodeId }) => nodeId));
  const gone = [...cluster.brokers()].filter(({ nodeId, fenced }) => !fenced && !running.has(nodeId));
  const isNew = cluster.featureLevel("metadata.version") === 0;
  return {
    records: [
      ...(isNew
        ? [clusterRecords.featureLevel.write({ name: "metadata.version", featureLevel: metadataVersion })]
        : []),
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
      features: [
        {
          name: "metadata.version",
          minSupportedVersion: metadataVersions.min,
          maxSupportedVersion: metadataVersions.max,
        },
      ],
      rack,
      fenced: false,
      logDirs: [directoryId],
    }),
  );
}
