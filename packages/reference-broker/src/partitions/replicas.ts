/** How far the replicas of a partition have come, as its leader knows. A value: changes make new ones. */
export interface ReplicaProgress {
  /** Node id of the leader itself; its log's end is the log's own business. */
  readonly self: number;
  /** Node ids of all replicas, the preferred leader first. */
  readonly replicas: readonly number[];
  /** Those of the replicas that are in sync: what all of them have is replicated. */
  readonly isr: readonly number[];
  /** Where the logs of the other replicas end, as far as they told. */
  readonly ends: ReadonlyMap<number, bigint>;
}

/** What a leader knows when it begins to lead: nothing of the others yet. */
export function freshProgress(
  self: number,
  { replicas, isr }: { readonly replicas: readonly number[]; readonly isr: readonly number[] },
): ReplicaProgress {
  return { self, replicas, isr, ends: new Map() };
}

/** A replica told where its log ends. Brokers that hold no replica are not noted. */
export function withReplicaEnd(progress: ReplicaProgress, nodeId: number, end: bigint): ReplicaProgress {
  if (nodeId === progress.self || !progress.replicas.includes(nodeId)) return progress;
  return { ...progress, ends: new Map([...progress.ends, [nodeId, end]]) };
}

/** Whether the leader is the only replica in sync: then whatever it has is replicated at once. */
export function leadsAlone({ self, isr }: ReplicaProgress): boolean {
  return isr.every((nodeId) => nodeId === self);
}

/** The offset below which every replica in sync has everything; one that has not told its end yet holds it at `floor`. */
export function replicatedUpTo(
  { self, isr, ends }: ReplicaProgress,
  { logEnd, floor }: { readonly logEnd: bigint; readonly floor: bigint },
): bigint {
  return isr
    .filter((nodeId) => nodeId !== self)
    .map((nodeId) => ends.get(nodeId) ?? floor)
    .reduce((least, end) => (end < least ? end : least), logEnd);
}
