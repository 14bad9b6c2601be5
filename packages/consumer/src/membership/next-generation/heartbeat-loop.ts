import { asKafkaError, Backoff, type AttemptPace, type FailedAttempt, type Timer } from "@moldau/connection-pool";

/** What heartbeats are made with, and who hears of them. */
export interface HeartbeatLoopInit {
  readonly pace: AttemptPace;
  /** Sends a heartbeat, and draws the consequences of its answer: how long until the next one is due, in milliseconds. */
  readonly beat: (signal: AbortSignal) => Promise<number>;
  /** One failed, and is sent again. */
  readonly retrying: (failed: FailedAttempt) => void;
  /** One failed for a reason that does not pass; none follows. */
  readonly failed: (error: unknown) => void;
}

/** Sends heartbeats one after the other, never two at a time: when one is due, at once when there is something to say, and after a pause when one failed. */
export class HeartbeatLoop {
  readonly #init: HeartbeatLoopInit;
  readonly #backoff: Backoff;
  /** Ends with the run of heartbeats; undefined while there is none. */
  #run: AbortController | undefined;
  #timer: Timer | undefined;
  /** Whether the timer is one that nothing may shorten. */
  #isPause = false;
  #isUnderWay = false;
  #isWanted = false;

  constructor(init: HeartbeatLoopInit) {
    this.#init = init;
    this.#backoff = new Backoff(init.pace.retry, init.pace.random);
  }

  /** Sends one at once, and goes on. */
  start(): void {
    if (this.#run === undefined) this.#run = new AbortController();
    this.soon();
  }

  /** Sends one as soon as none is under way, and no pause. Without effect before {@link start}. */
  soon(): void {
    const run = this.#run;
    if (run === undefined || this.#isPause) return;
    if (this.#isUnderWay) {
      this.#isWanted = true;
      return;
    }
    this.#timer?.cancel();
    void this.#beat(run);
  }

  /** Ends them; an answer on its way is dropped. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#isPause = false;
    this.#isWanted = false;
    this.#run?.abort();
    this.#run = undefined;
    this.#backoff.reset();
  }

  /** Never rejects. */
  async #beat(run: AbortController): Promise<void> {
    this.#isUnderWay = true;
    this.#isWanted = false;
    let next: { readonly delayMs: number; readonly isPause: boolean } | undefined;
    try {
      next = { delayMs: await this.#init.beat(run.signal), isPause: false };
      if (this.#run === run) this.#backoff.reset();
    } catch (error) {
      if (this.#run === run) next = this.#judge(error);
    }
    this.#isUnderWay = false;
    this.#goOn(run, next);
  }

  /** Whoever started anew while the last one was under way waited for it. */
  #goOn(run: AbortController, next: { readonly delayMs: number; readonly isPause: boolean } | undefined): void {
    if (this.#run !== run) {
      if (this.#isWanted) this.soon();
      return;
    }
    if (next === undefined) return;
    if (this.#isWanted && !next.isPause) return this.soon();
    this.#isPause = next.isPause;
    this.#timer = this.#init.pace.clock.timer(next.delayMs, () => {
      this.#isPause = false;
      this.soon();
    });
  }

  #judge(thrown: unknown): { readonly delayMs: number; readonly isPause: boolean } | undefined {
    const error = asKafkaError(thrown);
    if (!error.retriable) {
      this.stop();
      this.#init.failed(error);
      return undefined;
    }
    const delayMs = this.#backoff.next();
    this.#init.retrying({ error, delayMs });
    return { delayMs, isPause: true };
  }
}
