import type { Cluster } from "./cluster.js";

/** As much of a {@link Cluster} as producers, consumers and admins use; doubles in tests implement it, whole or in part. */
export type ClusterAccess = Pick<
  Cluster,
  | "brokerHints"
  | "brokers"
  | "cachedTopic"
  | "client"
  | "clientLog"
  | "clock"
  | "clusterId"
  | "connect"
  | "controller"
  | "coordinator"
  | "forgetCoordinator"
  | "leaderHint"
  | "lease"
  | "off"
  | "on"
  | "options"
  | "random"
  | "refreshTopics"
  | "request"
  | "requestOnce"
  | "topic"
  | "topicNameOf"
>;
