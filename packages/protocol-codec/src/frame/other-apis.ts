import { allVersions, noVersions, type VersionRange } from "../schema/versions.js";

/**
 * The first flexible version of each request of Kafka that the codec has no schema for, so that at least its header is read right. Kafka 4
 * removed 4 to 7; the others are spoken between controllers. (Version 0 of key 7 had a header without client id, and is not read.)
 */
const flexibleFrom: Readonly<Record<number, number>> = {
  4: 4, // LeaderAndIsr
  5: 2, // StopReplica
  6: 6, // UpdateMetadata
  7: 3, // ControlledShutdown
  52: 0, // Vote
  53: 1, // BeginQuorumEpoch
  54: 1, // EndQuorumEpoch
  56: 0, // AlterPartition
  58: 0, // Envelope
  59: 0, // FetchSnapshot
  62: 0, // BrokerRegistration
  63: 0, // BrokerHeartbeat
  67: 0, // AllocateProducerIds
  70: 0, // ControllerRegistration
  73: 0, // AssignReplicasToDirs
  82: 0, // UpdateRaftVoter
};

/** The flexible versions of a request that the codec has no schema for; none for a key that Kafka does not have. */
export function flexibleVersionsOf(apiKey: number): VersionRange {
  const min = flexibleFrom[apiKey];
  return min === undefined ? noVersions : { min, max: allVersions.max };
}
