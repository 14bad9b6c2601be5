import { abortable } from "@moldau/connection-pool";

/** The line of those who want a transaction of one producer: one has its turn at a time. */
export class TransactionLine {
  #last: Promise<void> = Promise.resolve();
  #length = 0;

  /** Whether nobody has a turn or waits for one. */
  get isFree(): boolean {
    return this.#length === 0;
  }

  /**
   * Waits for a turn, and gives what ends it.
   *
   * @throws {KafkaError} CLIENT_ABORTED when the signal fires first; the others get on all the same.
   */
  async enter(signal: AbortSignal | undefined): Promise<() => void> {
    const before = this.#last;
    let release: () => void = () => undefined;
    this.#length += 1;
    this.#last = new Promise((resolve) => {
      release = (): void => {
        this.#length -= 1;
        resolve();
      };
    });
    try {
      await abortable(before, signal);
    } catch (error) {
      void before.then(release);
      throw error;
    }
    return once(release);
  }
}

function once(run: () => void): () => void {
  let hasRun = false;
  return () => {
    if (!hasRun) run();
    hasRun = true;
  };
}
