import { backgroundClock, type Clock } from "@moldau/platform";
import type { FailedAttempt } from "../attempts/attempt.js";
import { Backoff, type RetryPolicy } from "../attempts/backoff.js";
import { SharedWork, type SharedContext, type SharedWaitOptions } from "../attempts/shared-work.js";
import { sleep } from "../attempts/wait.js";

/** A question about topics that is being put together. */
export interface MetadataQuestion {
  /** Topic names, and whether the broker may create the topic when it does not exist. */
  readonly topics: ReadonlyMap<string, boolean>;
}

/** What the refresher needs of the cluster. */
export interface MetadataRefreshOptions {
  /** Asks until there is an answer, and takes it; tells whether it brought anything new. */
  readonly ask: (question: MetadataQuestion, context: SharedContext) => Promise<boolean>;
  /** Whether nothing at all was ever heard of a topic, so that the question must not wait. */
  readonly isUrgent: (name: string) => boolean;
  readonly clock: Clock;
  readonly retry: RetryPolicy;
  readonly random: () => number;
  /** Fires when the cluster is closed. */
  readonly closing: AbortSignal;
}

/** How to ask. */
export interface RefreshOptions extends Omit<SharedWaitOptions, "clock"> {
  /** Whether the broker may create topics that do not exist. Default false. */
  readonly allowAutoCreate?: boolean | undefined;
  /** Whether nobody is waiting, so that the process may end meanwhile. Default false. */
  readonly background?: boolean | undefined;
}

/** One question, from the first who asks it to its answer. */
interface Round extends MetadataQuestion {
  readonly topics: Map<string, boolean>;
  readonly work: SharedWork<void>;
}

/**
 * Keeps the questions for metadata few: one is on its way at a time, and whatever is asked meanwhile joins the next one.
 *
 * Joining the one on its way would be wrong: its answer may be older than what made the caller ask. Questions that bring nothing new are
 * asked ever more slowly, so that a partition without a leader does not become a storm.
 */
export class MetadataRefresh {
  readonly #options: MetadataRefreshOptions;
  /** For the question itself: those who wait for it keep the process alive, each for his own time. */
  readonly #background: Clock;
  readonly #backoff: Backoff;
  #next: Round | undefined;
  #asking: MetadataQuestion | undefined;
  /** Why the question on its way has no answer yet: those who join the next one want to know as well. */
  #failure: FailedAttempt | undefined;
  #hurry: AbortController | undefined;
  /** Resolves when the last question that was begun is over. */
  #line: Promise<void> = Promise.resolve();
  #notBefore = 0;

  constructor(options: MetadataRefreshOptions) {
    this.#options = options;
    this.#background = backgroundClock(options.clock);
    this.#backoff = new Backoff(options.retry, options.random);
  }

  /**
   * Resolves when an answer is here that was asked for after this call.
   *
   * @throws {KafkaError} when no broker answered in the caller's time, or one of them refused; CLIENT_ABORTED, CLIENT_CLOSED.
   */
  refresh(names: Iterable<string>, options: RefreshOptions): Promise<void> {
    const round = (this.#next ??= this.#begin());
    for (const name of names) {
      round.topics.set(name, options.allowAutoCreate === true || round.topics.get(name) === true);
      if (this.#options.isUrgent(name)) this.#hurry?.abort();
    }
    return round.work.wait({ ...options, clock: options.background === true ? this.#background : this.#options.clock });
  }

  /** Whether a question about this topic is on its way or about to be asked. */
  isPending(name: string): boolean {
    return this.#next?.topics.has(name) === true || this.#asking?.topics.has(name) === true;
  }

  #begin(): Round {
    const topics = new Map<string, boolean>();
    const work = new SharedWork(
      (context) => this.#enqueue({ topics }, context),
      () => this.#closed(topics),
    );
    if (this.#failure) work.retrying(this.#failure);
    return { topics, work };
  }

  /** Nothing more goes into this question. */
  #closed(topics: ReadonlyMap<string, boolean>): void {
    if (this.#next?.topics === topics) this.#next = undefined;
  }

  #enqueue(question: MetadataQuestion, context: SharedContext): Promise<void> {
    // Whatever is asked for in the same turn of the event loop goes into one question, because a promise never goes on at once.
    const turn = this.#line.then(() => this.#run(question, context));
    this.#line = turn.catch(() => undefined);
    return turn;
  }

  async #run(question: MetadataQuestion, context: SharedContext): Promise<void> {
    if (context.signal.aborted) return;
    await this.#pause(question, context.signal);
    this.#closed(question.topics);
    this.#asking = question;
    let news = false;
    try {
      news = await this.#options.ask(question, { ...context, retrying: (failure) => this.#retrying(failure, context) });
    } finally {
      this.#asking = undefined;
      this.#failure = undefined;
      if (news) this.#backoff.reset();
      this.#notBefore = this.#options.clock.monotonic() + this.#backoff.next();
    }
  }

  #retrying(failure: FailedAttempt, context: SharedContext): void {
    this.#failure = failure;
    context.retrying(failure);
    this.#next?.work.retrying(failure);
  }

  /** Waits until the next question is due. One about a topic of which nothing was ever heard is due at once, whenever it comes. */
  async #pause({ topics }: MetadataQuestion, signal: AbortSignal): Promise<void> {
    const { clock, isUrgent, closing } = this.#options;
    const waitMs = this.#notBefore - clock.monotonic();
    if (waitMs <= 0 || [...topics.keys()].some(isUrgent)) return;
    const hurry = new AbortController();
    this.#hurry = hurry;
    try {
      await sleep(this.#background, waitMs, signal, closing, hurry.signal);
    } catch (error) {
      if (!hurry.signal.aborted || signal.aborted || closing.aborted) throw error;
    } finally {
      this.#hurry = undefined;
    }
  }
}
