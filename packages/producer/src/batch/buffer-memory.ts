/** Counts the bytes of batches that have no outcome yet against a limit. */
export class BufferMemory {
  readonly limit: number;
  #used = 0;
  readonly #freed: () => void;

  /** `freed` is called whenever bytes come back. */
  constructor(limit: number, freed: () => void) {
    this.limit = limit;
    this.#freed = freed;
  }

  /** Bytes in use; a single message may take it above the limit. */
  get used(): number {
    return this.#used;
  }

  /** Bytes that may still be taken. */
  get available(): number {
    return this.limit - this.#used;
  }

  /** Takes bytes. */
  reserve(bytes: number): void {
    this.#used += bytes;
  }

  /** Gives bytes back. */
  release(bytes: number): void {
    if (bytes === 0) return;
    this.#used -= bytes;
    this.#freed();
  }
}
