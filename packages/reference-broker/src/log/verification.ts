/**
 * Says of which transaction of a producer an append is verified to be: unlike any other, so that it is never taken for another's.
 *
 * Between the coordinator's word that a partition belongs to a transaction and the append, that transaction may end and another one begin.
 * An end drops the guard, and the append that comes too late is refused (KIP-890).
 */
export type VerificationGuard = symbol;

/** A producer that is about to write into a partition for the first time in a transaction. */
export interface UnverifiedProducer {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  /** The sequence number of the first record; -1 for a coordinator's records, which have none. */
  readonly firstSequence: number;
  /** Whether the producer's epoch grows with every transaction (`transaction.version` 2): then each begins at sequence 0. */
  readonly raisesEpoch: boolean;
}

/** What a partition knows of a producer whose transaction is being verified. */
export interface Verification {
  readonly guard: VerificationGuard;
  readonly producerEpoch: number;
  /** The lowest sequence number that was seen meanwhile: a higher one has to wait until that is written. */
  readonly lowestSequence: number;
  readonly raisesEpoch: boolean;
  readonly sinceMs: number;
}

/** The producers of one partition whose transactions are being verified. Not kept across restarts: whoever was not written is verified again. */
export class Verifications {
  readonly #entries = new Map<bigint, Verification>();

  /** What is known of a producer; undefined when it is not being verified. */
  of(producerId: bigint): Verification | undefined {
    return this.#entries.get(producerId);
  }

  /** Begins the verification of a producer, or goes on with the one under way. */
  begin(producer: UnverifiedProducer, nowMs: number): VerificationGuard {
    const { producerId, producerEpoch, firstSequence, raisesEpoch } = producer;
    const before = this.#entries.get(producerId);
    if (before === undefined) {
      const guard = Symbol(`a transaction of producer ${producerId}`);
      this.#entries.set(producerId, {
        guard,
        producerEpoch,
        lowestSequence: firstSequence,
        raisesEpoch,
        sinceMs: nowMs,
      });
      return guard;
    }
    const isLower = producerEpoch === before.producerEpoch && firstSequence < before.lowestSequence;
    if (isLower || producerEpoch > before.producerEpoch)
      this.#entries.set(producerId, { ...before, producerEpoch, lowestSequence: firstSequence });
    return before.guard;
  }

  /** A transactional batch was taken, or a marker: the next transaction is verified anew. */
  end(producerId: bigint): void {
    this.#entries.delete(producerId);
  }

  /** Forgets those who never wrote. */
  expire(nowMs: number, expirationMs: number): void {
    for (const [producerId, { sinceMs }] of this.#entries)
      if (nowMs - sinceMs >= expirationMs) this.#entries.delete(producerId);
  }
}
