import type { ProducerIdentity } from "./sequence.js";

/**
 * Where the identities come from under which batches are numbered: counted by the producer itself, or given by a transaction's coordinator.
 */
export interface EpochSource {
  /** What a partition begins to be numbered under; undefined while it has to be waited for. */
  readonly identity: ProducerIdentity | undefined;
  /** What follows, for a partition whose numbers have a gap; undefined while it has to be waited for. */
  after(current: ProducerIdentity): ProducerIdentity | undefined;
  /** A partition that was numbered under this is forgotten: what is given from now on begins later. */
  retire(last: ProducerIdentity): void;
}
