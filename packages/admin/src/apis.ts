import type { SpokenApi } from "@moldau/connection-pool/internal";
import { CreateTopics, DeleteGroups, DeleteTopics, ListGroups, ListOffsets, Metadata } from "@moldau/protocol-codec";

/** What the admin asks of brokers, ascending by key. */
export const spokenApis: readonly SpokenApi[] = [
  { api: ListOffsets },
  { api: Metadata },
  { api: ListGroups },
  { api: CreateTopics },
  { api: DeleteTopics },
  { api: DeleteGroups },
];
