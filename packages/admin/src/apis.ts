import type { SpokenApi } from "@moldau/connection-pool/internal";
import { CreateTopics, DeleteGroups, DeleteTopics, Metadata } from "@moldau/protocol-codec";

/** What the admin asks of brokers, ascending by key. */
export const spokenApis: readonly SpokenApi[] = [
  { api: Metadata },
  { api: CreateTopics },
  { api: DeleteTopics },
  { api: DeleteGroups },
];
