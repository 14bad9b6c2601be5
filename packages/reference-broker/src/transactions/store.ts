import type { TransactionRecord } from "./records.js";
import type { Transaction } from "./state.js";

/**
 * What the log of one partition of `__transaction_state` says: where each transactional id stands. Replay after a start and the live run go
 * through the one {@link TransactionStore.apply}; nothing else changes it.
 */
export class TransactionStore {
  readonly #transactions = new Map<string, Transaction>();

  /** Where an id stands; undefined when nobody has used it, or not for long. */
  get(transactionalId: string): Transaction | undefined {
    return this.#transactions.get(transactionalId);
  }

  /** All ids with where they stand, in the order in which they came. */
  all(): Iterable<readonly [string, Transaction]> {
    return this.#transactions;
  }

  /** How many ids there are. */
  get size(): number {
    return this.#transactions.size;
  }

  /** Applies a record that is in the log. */
  apply({ transactionalId, transaction }: TransactionRecord): void {
    if (transaction === null) this.#transactions.delete(transactionalId);
    else this.#transactions.set(transactionalId, transaction);
  }
}
