import type { Clock, Timer } from "@moldau/connection-pool";

/** What automatic commits need. */
export interface CommitSchedulerInit {
  readonly clock: Clock;
  /** Time between automatic commits, in milliseconds. */
  readonly intervalMs: number;
  /** Commits what is done; whatever goes wrong is its own business. */
  readonly commit: () => Promise<void>;
  /** Whether something is left to commit, or may become done without being told. */
  readonly isDue: () => boolean;
}

/** Commits what is done every now and then: until nothing is left to commit, and not while nothing happens. */
export class CommitScheduler {
  readonly #init: CommitSchedulerInit;
  #timer: Timer | undefined;
  #isStopped = false;

  constructor(init: CommitSchedulerInit) {
    this.#init = init;
  }

  /** Something was handed out or became done: a commit is due one interval from now, if none is sooner. */
  progressed(): void {
    if (this.#timer !== undefined || this.#isStopped) return;
    this.#timer = this.#init.clock.timer(this.#init.intervalMs, () => void this.#fire());
  }

  stop(): void {
    this.#isStopped = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  async #fire(): Promise<void> {
    await this.#init.commit();
    this.#timer = undefined;
    // What became done during the commit, or was not kept by it, would be forgotten if nothing came any more.
    if (this.#init.isDue()) this.progressed();
  }
}
