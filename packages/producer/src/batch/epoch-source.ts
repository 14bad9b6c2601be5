import type { ProducerIdentity } from "./sequence.js";

/**
 * Where the identities come from under which batches are numbered: counted by the producer itself, or given by a transaction's coordinator.
 */
export interface EpochSource {
  /** What a partition begins to be numbered under; undefined while it has to be waited for. */
  readonly identity: ProducerIdentity | undefined;
  /** What follows, for a partition whose numbers have a gap; undefined while it has to be waited for. */
  after(current: ProducerIdentity): ProducerIdentity | undefined;
  /**
   * What has taken the place of an identity for all partitions; undefined while it is the current one. Where each partition counts its own
   * epochs, that never happens.
   */
  successor(current: ProducerIdentity): ProducerIdentity | undefined;
  /** Whether a partition that was numbered under this may be forgotten: whatever is numbered anew for it would begin in a later epoch. */
  mayForget(last: ProducerIdentity): boolean;
  /** A partition that was numbered under this is forgotten: what is given from now on begins later. */
  retire(last: ProducerIdentity): void;
}

/** An {@link EpochSource} as the pipeline drives it. */
export interface Numbering extends EpochSource {
  /** A batch needs an identity, or a later one than those of a producer id that has run out of epochs. */
  acquire(exhaustedId?: bigint): void;
  /** No identity is needed any more. */
  close(): void;
}
