import { Uuid } from "@moldau/protocol-codec";
import type { Change } from "./controller.js";
import { clusterRecords } from "./records.js";
import type { ClusterState, Endpoint } from "./state.js";

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

/**
 * Plans the registration of the brokers that run now, all at once. Those that ran before and do not now are fenced: what they led has no
 * leader until they come back.
 */
export function registerBrokers(
  cluster: ClusterState,
  {
    brokers,
    epoch,
    randomBytes,
  }: { readonly brokers: readonly Registration[]; readonly epoch: bigint; readonly randomBytes: () => Uint8Array },
): Change<void> {
  const running = new Set(brokers.map(({ nodeId }) => nodeId));
  const gone = [...cluster.brokers()].filter(({ nodeId, fenced }) => !fenced && !running.has(nodeId));
  const isNew = cluster.featureLevel("metadata.version") === 0;
  return {
    records: [
      ...(isNew
        ? [clusterRecords.featureLevel.write({ name: "metadata.version", featureLevel: metadataVersion })]
        : []),
      ...gone.map(({ nodeId, epoch: brokerEpoch }) =>
        clusterRecords.brokerRegistrationChange.write({ brokerId: nodeId, brokerEpoch, fenced: 1 }),
      ),
      ...brokers.map(({ nodeId, rack, endpoints, directoryId }) =>
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
      ),
    ],
    answer: undefined,
  };
}
