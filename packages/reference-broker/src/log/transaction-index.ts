/** A transaction that was aborted: its records between the two offsets are not for readers of committed data. */
export interface AbortedTransaction {
  readonly producerId: bigint;
  /** Offset of its first record. */
  readonly firstOffset: bigint;
  /** Offset of its abort marker. */
  readonly lastOffset: bigint;
  /** What the last stable offset became by the marker. */
  readonly lastStableOffset: bigint;
}

/**
 * The aborted transactions that ended in one segment: Kafka's `.txnindex` file, 34 bytes for each (int16 version, then the four int64
 * fields of {@link AbortedTransaction} in order). There is no file when there are none.
 */
export class TransactionIndex {
  #aborted: AbortedTransaction[];

  private constructor(aborted: AbortedTransaction[]) {
    this.#aborted = aborted;
  }

  /** An index without entries. */
  static empty(): TransactionIndex {
    return new TransactionIndex([]);
  }

  /** The index of a file's contents, or undefined when they cannot be the index of a segment that begins at `baseOffset`. */
  static parse(content: Buffer, baseOffset: bigint): TransactionIndex | undefined {
    if (content.length % entryBytes !== 0) return undefined;
    const aborted: AbortedTransaction[] = [];
    let previous = baseOffset - 1n;
    for (let at = 0; at < content.length; at += entryBytes) {
      const firstOffset = content.readBigInt64BE(at + 10);
      const lastOffset = content.readBigInt64BE(at + 18);
      if (content.readInt16BE(at) !== currentVersion || lastOffset <= previous || firstOffset > lastOffset)
        return undefined;
      previous = lastOffset;
      const producerId = content.readBigInt64BE(at + 2);
      aborted.push({ producerId, firstOffset, lastOffset, lastStableOffset: content.readBigInt64BE(at + 26) });
    }
    return new TransactionIndex(aborted);
  }

  /** Number of entries. */
  get count(): number {
    return this.#aborted.length;
  }

  append(transaction: AbortedTransaction): void {
    this.#aborted.push(transaction);
  }

  /** Adds to `found` the transactions that overlap [`from`, `to`); true when no later segment can hold another one. */
  collect(from: bigint, to: bigint, found: AbortedTransaction[]): boolean {
    for (const transaction of this.#aborted) {
      if (transaction.lastOffset >= from && transaction.firstOffset < to) found.push(transaction);
      if (transaction.lastStableOffset >= to) return true;
    }
    return false;
  }

  /** Drops the transactions whose marker is at or behind `offset`. */
  truncateTo(offset: bigint): void {
    this.#aborted = this.#aborted.filter((transaction) => transaction.lastOffset < offset);
  }

  /** The contents of the file. */
  content(): Buffer {
    const content = Buffer.alloc(this.#aborted.length * entryBytes);
    for (const [index, transaction] of this.#aborted.entries()) {
      const at = index * entryBytes;
      content.writeBigInt64BE(transaction.producerId, at + 2);
      content.writeBigInt64BE(transaction.firstOffset, at + 10);
      content.writeBigInt64BE(transaction.lastOffset, at + 18);
      content.writeBigInt64BE(transaction.lastStableOffset, at + 26);
    }
    return content;
  }
}

const entryBytes = 34;
const currentVersion = 0;
