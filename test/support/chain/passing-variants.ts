import type { PassingChainOptions } from "./passing-chain.js";

/** In which ways groups may share their partitions, as a chain of groups is run with each; the name is what precedes its topics. */
export const passingVariants: readonly Pick<PassingChainOptions, "prefix" | "consumer" | "isStatic">[] = [
  { prefix: "range-", consumer: { assignors: ["range"], heartbeatIntervalMs: 100 } },
  { prefix: "roundrobin-", consumer: { assignors: ["roundrobin"], heartbeatIntervalMs: 100 } },
  { prefix: "sticky-", consumer: { assignors: ["sticky"], heartbeatIntervalMs: 100 } },
  { prefix: "cooperative-sticky-", consumer: { assignors: ["cooperative-sticky"], heartbeatIntervalMs: 100 } },
  {
    prefix: "static-",
    // A member that leaves is waited for, and comes back as the one that it was.
    consumer: { assignors: ["cooperative-sticky"], heartbeatIntervalMs: 100, sessionTimeoutMs: 6000 },
    isStatic: true,
  },
  { prefix: "consumer-", consumer: { protocol: "consumer" } },
];

/**
 * What brokers need for it. Members of the consumer protocol hear of a rebalance by their heartbeats alone, which the broker paces: else it would be
 * every five seconds.
 */
export const passingConfigs = {
  "group.consumer.min.heartbeat.interval.ms": 100,
  "group.consumer.heartbeat.interval.ms": 100,
} as const;
