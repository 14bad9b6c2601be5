import type { Cluster, OperationOptions } from "@moldau/connection-pool";

/** Measures the time of an operation of several steps: whatever the steps before took, the next one gets the rest. */
export function timeLeft(
  cluster: Cluster,
  { timeoutMs = cluster.options.requestTimeoutMs, ...wait }: OperationOptions,
): () => OperationOptions {
  const deadline = cluster.clock.monotonic() + timeoutMs;
  return () => ({ ...wait, timeoutMs: Math.max(1, deadline - cluster.clock.monotonic()) });
}
