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

/** What the consumer asks of brokers, ascending by key. */
export const spokenApis: readonly SpokenApi[] = [
  { api: Fetch },
  { api: ListOffsets },
  { api: Metadata },
  { api: OffsetCommit },
  { api: OffsetFetch },
  { api: JoinGroup },
  { api: Heartbeat },
  { api: LeaveGroup },
  { api: SyncGroup },
  { api: OffsetForLeaderEpoch },
  { api: ConsumerGroupHeartbeat },
];
