import type { ProducerEntry } from "./producer-entry.js";
import { emptyProducerEntry } from "./producer-entry.js";
import type { AbortedTransaction } from "./transaction-index.js";
import { Verifications } from "./verification.js";

/** A transaction whose marker is being appended. */
export interface CompletedTransaction {
  readonly producerId: bigint;
  readonly firstOffset: bigint;
  /** Offset of the marker. */
  readonly lastOffset: bigint;
  readonly isAborted: boolean;
}

/** Changes of producers by appends that are not written yet: they become the state together, or not at all. */
export interface ProducerChanges {
  readonly entries: Map<bigint, ProducerEntry>;
  readonly completed: CompletedTransaction[];
}

/**
 * What a partition knows of the producers that wrote to it: sequence numbers, epochs, open transactions.
 *
 * Checks work on a set of changes over the state ({@link ProducerState.change}); {@link ProducerState.apply} makes them the state
 * once the batches are written. Transactions are kept until their markers lie below the high watermark.
 */
export class ProducerState {
  /** The producers whose transactions are being verified. */
  readonly verifications = new Verifications();
  readonly #entries = new Map<bigint, ProducerEntry>();
  /** First offset to producer id, in ascending order: transactions begin at the end of the log. */
  #open = new Map<bigint, bigint>();
  /** Completed transactions whose markers are not below the high watermark yet, by first offset. */
  readonly #unreplicated = new Map<bigint, CompletedTransaction>();

  /** Number of producers known. */
  get size(): number {
    return this.#entries.size;
  }

  /** All producers known. */
  get entries(): readonly ProducerEntry[] {
    return [...this.#entries.values()];
  }

  /** The producer as of the changes, if given; an empty entry when unknown. */
  entry(producerId: bigint, changes?: ProducerChanges): ProducerEntry {
    return changes?.entries.get(producerId) ?? this.#entries.get(producerId) ?? emptyProducerEntry(producerId);
  }

  /** A fresh set of changes. */
  change(): ProducerChanges {
    return { entries: new Map(), completed: [] };
  }

  /** Makes the changes the state and returns the aborted transactions among them. */
  apply(changes: ProducerChanges): AbortedTransaction[] {
    for (const entry of changes.entries.values()) this.#put(entry);
    const aborted: AbortedTransaction[] = [];
    for (const transaction of changes.completed) {
      const lastStableOffset = this.#nextOpen(transaction.producerId) ?? transaction.lastOffset + 1n;
      this.#open.delete(transaction.firstOffset);
      this.#unreplicated.set(transaction.firstOffset, transaction);
      const { producerId, firstOffset, lastOffset } = transaction;
      if (transaction.isAborted) aborted.push({ producerId, firstOffset, lastOffset, lastStableOffset });
    }
    return aborted;
  }

  /** Takes up the entries of a snapshot, without those that expired. */
  load(entries: readonly ProducerEntry[], isKept: (entry: ProducerEntry) => boolean): void {
    for (const entry of entries) if (isKept(entry)) this.#put(entry);
    this.#open = new Map([...this.#open].sort(([left], [right]) => (left < right ? -1 : left > right ? 1 : 0)));
  }

  /** Where readers of committed data have to stop: the first record of a transaction that is open, or decided but not replicated. */
  firstUnstableOffset(): bigint | undefined {
    const open = this.#open.keys().next().value;
    let unreplicated: bigint | undefined;
    for (const offset of this.#unreplicated.keys())
      if (unreplicated === undefined || offset < unreplicated) unreplicated = offset;
    if (open === undefined || unreplicated === undefined) return open ?? unreplicated;
    return open < unreplicated ? open : unreplicated;
  }

  /** Lets go of completed transactions whose markers are below `highWatermark`. */
  onHighWatermark(highWatermark: bigint): void {
    if (this.#unreplicated.size === 0) return;
    for (const [firstOffset, transaction] of this.#unreplicated) {
      if (transaction.lastOffset < highWatermark) this.#unreplicated.delete(firstOffset);
    }
  }

  /** Forgets producers that were silent for `expirationMs`, except those with an open transaction. */
  expire(now: number, expirationMs: number): void {
    for (const [producerId, entry] of this.#entries)
      if (isProducerExpired(entry, now, expirationMs)) this.#entries.delete(producerId);
    this.verifications.expire(now, expirationMs);
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
    this.#open.clear();
    this.#unreplicated.clear();
  }

  #put(entry: ProducerEntry): void {
    this.#entries.set(entry.producerId, entry);
    if (entry.currentTxnFirstOffset >= 0n) this.#open.set(entry.currentTxnFirstOffset, entry.producerId);
  }

  /** The first offset of the earliest transaction that is open and not this producer's. */
  #nextOpen(producerId: bigint): bigint | undefined {
    for (const [firstOffset, owner] of this.#open) if (owner !== producerId) return firstOffset;
    return undefined;
  }
}

/** Whether a producer was silent for so long that its state may go; never while it has a transaction open. */
export function isProducerExpired(entry: ProducerEntry, now: number, expirationMs: number): boolean {
  return entry.currentTxnFirstOffset < 0n && now - entry.lastTimestamp >= expirationMs;
}
