import { readControlRecord, type RecordBatch } from "@moldau/protocol-codec";

/** A transaction that was aborted, as an answer to a fetch names it. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  /** Offset of its first message. */
  readonly firstOffset: bigint;
}

/**
 * Which batches of one answer belong to aborted transactions. The answer lists those that overlap with it, also where they
 * began before it, so nothing has to be remembered from one answer to the next.
 *
 *   list: P from 10        P            Q            P      marker         P
 *   ───────────────────────10───────────12───────────14─────ABORT P────────17──▶
 *                          dropped      handed out   dropped               handed out
 */
export class AbortedTransactions {
  /** By their first offsets. */
  readonly #coming: readonly AbortedTransaction[];
  #next = 0;
  /** Producers whose transaction was begun, and not ended, before where reading stands. */
  readonly #under = new Set<bigint>();

  constructor(transactions: readonly AbortedTransaction[]) {
    this.#coming = transactions.toSorted((a, b) => (a.firstOffset < b.firstOffset ? -1 : 1));
  }

  /**
   * Whether the batch's messages were never committed. To be asked once for each batch, in their order.
   *
   * @throws {DecodeError} at a marker that cannot be read.
   */
  drops(batch: RecordBatch): boolean {
    if (!batch.isTransactional) return false;
    this.#beginUpTo(batch.lastOffset);
    const { producerId } = batch;
    if (!batch.isControl) return this.#under.has(producerId);
    if (this.#under.has(producerId) && isAbort(batch)) this.#under.delete(producerId);
    return false;
  }

  #beginUpTo(offset: bigint): void {
    for (let coming = this.#coming[this.#next]; coming !== undefined; coming = this.#coming[++this.#next]) {
      if (coming.firstOffset > offset) return;
      this.#under.add(coming.producerId);
    }
  }
}

function isAbort(batch: RecordBatch): boolean {
  const [record] = batch;
  return record !== undefined && readControlRecord(record).type === "ABORT";
}
