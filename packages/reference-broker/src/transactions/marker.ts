/** How a transaction ended, as it is written into every partition that it touched. */
export interface EndMarker {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** Leader epoch of the partition of `__transaction_state` that decided it: an older coordinator's marker is refused. */
  readonly coordinatorEpoch: number;
  readonly isCommit: boolean;
  /** `transaction.version` under which it ended: from 2 on every marker has to raise the producer's epoch (KIP-890, KIP-1228). */
  readonly transactionVersion: number;
}

/** An {@link EndMarker} that its coordinator still has to bring to the partitions. */
export interface TransactionMarker extends EndMarker {
  readonly transactionalId: string;
}

/** A partition of a topic, by name. */
export interface MarkedPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Whoever brings markers to the leaders of partitions, wherever and whenever these are. */
export interface MarkerSender {
  /**
   * Resolves when each of the partitions has the marker, or does not exist any more. Goes on through leader moves, brokers that are away and
   * storage that fails, for as long as it takes. Rejects only with the reason of `signal`, or with a CoordinatorError when a partition will
   * never take it, as this coordinator then has nothing more to say: TRANSACTION_COORDINATOR_FENCED when the partition has seen a later
   * coordinator, INVALID_PRODUCER_EPOCH when it has seen a later epoch of the producer.
   */
  write(marker: TransactionMarker, partitions: readonly MarkedPartition[], signal: AbortSignal): Promise<void>;
}
