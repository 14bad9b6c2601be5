import { Backoff, type ClusterAccess } from "@moldau/connection-pool";
import type { AssignedPartition } from "../partitions/assigned-partition.js";

/** What holding back needs, and whom it tells. */
export interface HoldBacksInit {
  readonly cluster: ClusterAccess;
  /** Ends all waits. */
  readonly signal: AbortSignal;
  /** A partition may be asked for again. */
  readonly returned: () => void;
}

/** Leaves ailing partitions out of fetches for a moment, and for ever longer ones while the ailment lasts. The others go on. */
export class HoldBacks {
  readonly #init: HoldBacksInit;
  readonly #backoffs = new WeakMap<AssignedPartition, Backoff>();
  #endless = new Set<AssignedPartition>();

  constructor(init: HoldBacksInit) {
    this.#init = init;
  }

  /** Leaves the partition out for a while; how long, in milliseconds. */
  hold(partition: AssignedPartition): number {
    const { cluster, signal, returned } = this.#init;
    const delayMs = this.#backoffOf(partition).next();
    const until = cluster.clock.monotonic() + delayMs;
    partition.heldBackUntil = until;
    cluster.clock.sleep(delayMs, signal).then(
      () => {
        if (partition.heldBackUntil !== until) return;
        partition.heldBackUntil = undefined;
        returned();
      },
      // Nobody is told any more.
      () => undefined,
    );
    return delayMs;
  }

  /** Leaves the partition out until somebody tries again. */
  holdForGood(partition: AssignedPartition): void {
    partition.heldBackUntil = Infinity;
    this.#endless.add(partition);
  }

  /** Lets those that were held back for good try again. */
  retry(): void {
    if (this.#endless.size === 0) return;
    for (const partition of this.#endless) partition.heldBackUntil = undefined;
    this.#endless = new Set();
    this.#init.returned();
  }

  /** The partition was answered well: the next ailment is a new one. */
  recovered(partition: AssignedPartition): void {
    this.#backoffs.get(partition)?.reset();
  }

  #backoffOf(partition: AssignedPartition): Backoff {
    const known = this.#backoffs.get(partition);
    if (known !== undefined) return known;
    const { options, random } = this.#init.cluster;
    const made = new Backoff(options.retry, random);
    this.#backoffs.set(partition, made);
    return made;
  }
}
