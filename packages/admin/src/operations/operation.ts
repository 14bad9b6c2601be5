import type { Cluster, OperationOptions } from "@moldau/connection-pool";

/** An operation whose options have been checked: nothing has been done yet, and nothing in it can be wrong any more. */
export interface Operation<Result> {
  /** For how long, and until which signal. */
  readonly wait: OperationOptions;
  /** Carries it out; `wait` is the one above, with the admin's own end added to the signal. */
  readonly run: (cluster: Cluster, wait: OperationOptions) => Promise<Result>;
}
