import type { Clock } from "@moldau/platform";
import type { KafkaError } from "@moldau/protocol-codec";
import { abortedBy, because, timedOut } from "../errors.js";
import { gaveUp, type FailedAttempt } from "./attempt.js";
import { onAbort } from "@moldau/platform";
import { waitFor, type WaitOptions } from "./wait.js";

/** How shared work is done. */
export interface SharedContext {
  /** Fires when nobody waits any more. */
  readonly signal: AbortSignal;
  /** Passes a failure that is being repeated on to those who wait. */
  readonly retrying: (failure: FailedAttempt) => void;
}

/** How one caller waits for shared work. */
export interface SharedWaitOptions extends WaitOptions {
  readonly clock: Clock;
  /** Begins the error when the time is over: a sentence without its period. */
  readonly what: string;
  /** What the caller knows already to have failed; it is in the error when nothing newer is. */
  readonly last?: KafkaError | undefined;
  /** Is told of every failure after which the work is tried again. */
  readonly retrying?: ((failure: FailedAttempt) => void) | undefined;
}

/**
 * Work that several callers wait for, each for as long as it likes. It has no deadline of its own: it goes on while anybody waits, and
 * whoever gives up hears what it last failed by.
 */
export class SharedWork<Value> {
  readonly #stop = new AbortController();
  readonly #outcome: Promise<Value>;
  readonly #waiting = new Set<SharedWaitOptions>();
  #last: KafkaError | undefined;

  /** Begins at once; `ended` is called when it has an outcome, or nobody waits for one any more. */
  constructor(work: (context: SharedContext) => Promise<Value>, ended: () => void) {
    this.#outcome = work({ signal: this.#stop.signal, retrying: (failure) => this.retrying(failure) });
    this.#outcome.then(ended, ended);
    onAbort(this.#stop.signal, ended);
  }

  /** Tells those who wait of a failure that is being repeated. */
  retrying(failure: FailedAttempt): void {
    this.#last = failure.error;
    for (const { retrying } of this.#waiting) retrying?.(failure);
  }

  /**
   * Waits on behalf of one caller.
   *
   * @throws {KafkaError} what the work failed by; its last failure so far when the time is over, or CLIENT_REQUEST_TIMEOUT when there was none;
   * CLIENT_ABORTED.
   */
  async wait(options: SharedWaitOptions): Promise<Value> {
    const { what, last, signal } = options;
    const late = (): KafkaError => {
      const cause = this.#last ?? last;
      return cause ? gaveUp(what, cause) : timedOut(because(what, undefined));
    };
    this.#waiting.add(options);
    try {
      if (signal?.aborted === true) throw abortedBy(signal);
      return await waitFor(this.#outcome, { ...options, late });
    } finally {
      this.#waiting.delete(options);
      if (this.#waiting.size === 0) this.#stop.abort();
    }
  }
}
