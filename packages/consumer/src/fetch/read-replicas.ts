import type { Clock } from "@moldau/connection-pool";
import type { AssignedPartition } from "../partitions/assigned-partition.js";

/** What choosing replicas goes by. */
export interface ReadReplicasInit {
  readonly clock: Clock;
  /** Where this client stands; undefined: everything is read from leaders. */
  readonly rackId: string | undefined;
  /** How long a replica is read from before the leader is asked anew, in milliseconds. */
  readonly maxAgeMs: number;
}

/** How long a partition is read from its leader after a replica did not serve, in milliseconds. */
const shunnedMs = 30_000;

/** A replica that is read from, and until when. */
interface Lease {
  readonly node: number;
  readonly until: number;
}

/**
 * Which broker each partition is read from: its leader, or a replica in the client's rack that the leader named (KIP-392).
 *
 * A leader that is told the client's rack answers with the replica and no records, as often as it is asked. So a partition whose
 * replica failed is asked for without the rack for a while: then the leader serves it.
 */
export class ReadReplicas {
  readonly #init: ReadReplicasInit;
  readonly #leases = new WeakMap<AssignedPartition, Lease>();
  readonly #shunnedUntil = new WeakMap<AssignedPartition, number>();
  #soonestEnd = Infinity;
  #lastShunEnds = -Infinity;

  constructor(init: ReadReplicasInit) {
    this.#init = init;
  }

  /** Node id of the broker to read the partition from, -1 when there is none. */
  nodeOf(partition: AssignedPartition): number {
    const lease = this.#leases.get(partition);
    if (lease === undefined) return partition.lineage.leader.node;
    if (this.#init.clock.monotonic() < lease.until) return lease.node;
    this.#leases.delete(partition);
    return partition.lineage.leader.node;
  }

  /** The leader names a replica to read from. */
  follow(partition: AssignedPartition, node: number): void {
    if (node === partition.lineage.leader.node) {
      this.#leases.delete(partition);
      return;
    }
    const until = this.#init.clock.monotonic() + this.#init.maxAgeMs;
    this.#leases.set(partition, { node, until });
    this.#soonestEnd = Math.min(this.#soonestEnd, until);
  }

  /** A replica did not serve: the partition goes back to its leader. False when that broker was read from as the leader. */
  leave(partition: AssignedPartition, node: number): boolean {
    if (this.#leases.get(partition)?.node !== node) return false;
    this.#leases.delete(partition);
    const until = this.#init.clock.monotonic() + shunnedMs;
    this.#shunnedUntil.set(partition, until);
    this.#lastShunEnds = until;
    return true;
  }

  /** A partition is not read from a replica whose broker the cluster does not name any more. */
  keep(partition: AssignedPartition, isKnown: (node: number) => boolean): void {
    const lease = this.#leases.get(partition);
    if (lease !== undefined && !isKnown(lease.node)) this.#leases.delete(partition);
  }

  /** Whether leaders may have to be asked anew since the last call. */
  takeExpired(): boolean {
    if (this.#init.clock.monotonic() < this.#soonestEnd) return false;
    this.#soonestEnd = Infinity;
    return true;
  }

  /** The rack that a fetch of these partitions states: none while one of them is to come from its leader. */
  rackFor(partitions: Iterable<AssignedPartition>): string {
    const { rackId, clock } = this.#init;
    if (rackId === undefined) return "";
    const now = clock.monotonic();
    if (now >= this.#lastShunEnds) return rackId;
    for (const partition of partitions) if ((this.#shunnedUntil.get(partition) ?? now) > now) return "";
    return rackId;
  }
}
