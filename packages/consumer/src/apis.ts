import type { SpokenApi } from "@moldau/connection-pool/internal";
import {
  ConsumerGroupHeartbeat,
  Fetch,
  Heartbeat,
  JoinGroup,
  LeaveGroup,
  ListOffsets,
  Metadata,
  OffsetCommit,
  OffsetFetch,
  OffsetForLeaderEpoch,
  SyncGroup,
} from "@moldau/protocol-codec";

/** OffsetCommit and OffsetFetch name topics up to version 9; in version 10 topics go by id, and it brings nothing else. */
export const newestOffsetsVersion = 9;

/** What the consumer asks of brokers, ascending by key. */
export const spokenApis: readonly SpokenApi[] = [
  { api: Fetch },
  { api: ListOffsets },
  { api: Metadata },
  { api: OffsetCommit, maxVersion: newestOffsetsVersion },
  { api: OffsetFetch, maxVersion: newestOffsetsVersion },
  { api: JoinGroup },
  { api: Heartbeat },
  { api: LeaveGroup },
  { api: SyncGroup },
  { api: OffsetForLeaderEpoch },
  { api: ConsumerGroupHeartbeat },
];
