/** How far a log has come, as {@link VisibleBytes} wants to be told. */
export interface LogProgress {
  readonly logEnd: bigint;
  /** Bytes that were ever appended; never gets smaller. */
  readonly appendedBytes: number;
  /** Records below it are visible to these readers. */
  readonly visibleEnd: bigint;
}

/** Records that were appended together and are not visible yet. */
interface Hidden {
  readonly start: bigint;
  /** What had been appended in all when they were. */
  readonly appendedBytes: number;
}

/** How many appends are told apart while they are hidden; beyond that, neighbours count as one. */
const maxHidden = 1024;

/**
 * Counts the bytes of a log that became visible to one kind of reader. Only differences mean something. What was appended together counts
 * as soon as its first record is visible, so that the count may run ahead of what can be read, never behind it.
 */
export class VisibleBytes {
  #total = 0;
  #knownEnd: bigint;
  #hidden: Hidden[] = [];

  /** `logEnd` is where the log ends when the counting begins. */
  constructor(logEnd: bigint) {
    this.#knownEnd = logEnd;
  }

  /** The count as of the last {@link VisibleBytes.note}. */
  get total(): number {
    return this.#total;
  }

  /** How many appends are kept apart because they are hidden; bounded. */
  get hiddenCount(): number {
    return this.#hidden.length;
  }

  /** Takes in how far the log has come. */
  note({ logEnd, appendedBytes, visibleEnd }: LogProgress): void {
    if (visibleEnd === logEnd) {
      // Nothing is hidden, as nearly always.
      if (this.#hidden.length > 0) this.#hidden = [];
      this.#total = appendedBytes;
      this.#knownEnd = logEnd;
      return;
    }
    if (logEnd < this.#knownEnd) this.#cutBack(logEnd);
    if (logEnd > this.#knownEnd) this.#hide({ start: this.#knownEnd, appendedBytes });
    this.#knownEnd = logEnd;
    const shown = this.#hidden.findIndex(({ start }) => start >= visibleEnd);
    const last = this.#hidden[shown === -1 ? this.#hidden.length - 1 : shown - 1];
    if (last === undefined) return;
    this.#total = last.appendedBytes;
    this.#hidden = shown === -1 ? [] : this.#hidden.slice(shown);
  }

  #hide(appended: Hidden): void {
    this.#hidden.push(appended);
    if (this.#hidden.length <= maxHidden) return;
    // Of each two neighbours the start of the first and the bytes of the second are left.
    const halved: Hidden[] = [];
    for (let index = 0; index < this.#hidden.length; index += 2) {
      const first = this.#hidden[index];
      const second = this.#hidden[index + 1] ?? first;
      if (first !== undefined && second !== undefined)
        halved.push({ start: first.start, appendedBytes: second.appendedBytes });
    }
    this.#hidden = halved;
  }

  #cutBack(logEnd: bigint): void {
    this.#hidden = this.#hidden.filter(({ start }) => start < logEnd);
  }
}
