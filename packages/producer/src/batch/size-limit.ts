/** How long it is remembered that a topic's broker found a batch too large, in milliseconds: its settings may be changed meanwhile. */
const rememberedMs = 600_000;

/**
 * The size up to which a topic's batches have not been refused by its broker (`max.message.bytes`), so that the next ones are not made
 * too large again.
 *
 * In bytes before compression, as batches are measured while they are filled.
 */
export class SizeLimit {
  #bytes = Infinity;
  #until = 0;

  /** The most that a new batch should have at `now`, in monotonic milliseconds; infinite while none was refused. */
  at(now: number): number {
    return now < this.#until ? this.#bytes : Infinity;
  }

  /** A batch of this size was refused: half of it is what is tried next. */
  refused(bytes: number, now: number): void {
    this.#bytes = Math.min(this.at(now), Math.ceil(bytes / 2));
    this.#until = now + rememberedMs;
  }
}
