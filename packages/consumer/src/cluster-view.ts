import type { ClusterAccess } from "@moldau/connection-pool";

/** What members and commits look at of the cluster, beside the coordinator that they speak to. */
export type ClusterView = Pick<ClusterAccess, "brokers" | "cachedTopic" | "clock" | "options" | "refreshTopics">;
