import type { Clock } from "@moldau/platform";
import type { KafkaError } from "@moldau/protocol-codec";
import type { FailedAttempt } from "../attempts/attempt.js";
import { Backoff, type RetryPolicy } from "../attempts/backoff.js";
import { sleep } from "../attempts/wait.js";
import { asKafkaError } from "../errors.js";

/** A question about topics that is being put together. */
export interface MetadataQuestion {
  /** Topic names, and whether the broker may create the topic when it does not exist. */
  readonly topics: ReadonlyMap<string, boolean>;
}

/** What the refresher needs of the cluster. */
export interface MetadataRefreshOptions {
  /** Asks, and takes the answer; tells whether it brought anything new. `retrying` hears of failures that it repeats. */
  readonly ask: (question: MetadataQuestion, retrying: (failed: FailedAttempt) => void) => Promise<boolean>;
  /** Whether nobody has answered about one of these topics yet (or about the brokers), so that the question must not wait. */
  readonly isUrgent: (names: Iterable<string>) => boolean;
  readonly clock: Clock;
  readonly retry: RetryPolicy;
  readonly random: () => number;
  /** Fires when the cluster is closed. */
  readonly closing: AbortSignal;
}

interface Round extends MetadataQuestion {
  readonly topics: Map<string, boolean>;
  readonly answered: Promise<void>;
  resolve(): void;
  reject(error: unknown): void;
}

/**
 * Keeps the questions for metadata few: one is on its way at a time, and whatever is asked meanwhile joins the next one.
 *
 * Joining the one on its way would be wrong: its answer may be older than what made the caller ask. Questions that bring nothing new are
 * asked ever more slowly, so that a partition without a leader does not become a storm.
 */
export class MetadataRefresh {
  readonly #options: MetadataRefreshOptions;
  readonly #backoff: Backoff;
  #next: Round | undefined;
  #asking: Round | undefined;
  #running = false;
  #notBefore = 0;
  #pausing: AbortController | undefined;
  #lastFailure: KafkaError | undefined;

  constructor(options: MetadataRefreshOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.retry, options.random);
  }

  /** Why the latest attempt to ask failed; undefined when it did not. Whoever cannot wait for the next one says this. */
  get lastFailure(): KafkaError | undefined {
    return this.#lastFailure;
  }

  /** Resolves when an answer is here that was asked for after this call. @throws {KafkaError} when no broker could be asked. */
  refresh(
    names: Iterable<string>,
    { allowAutoCreate = false }: { readonly allowAutoCreate?: boolean } = {},
  ): Promise<void> {
    const round = (this.#next ??= newRound());
    for (const name of names) round.topics.set(name, allowAutoCreate || round.topics.get(name) === true);
    // Judged for each question: one that must not wait ends the pause that others are in.
    if (this.#pausing && this.#options.isUrgent(round.topics.keys())) this.#pausing.abort();
    if (!this.#running) void this.#run();
    return round.answered;
  }

  /** Whether a question about this topic is on its way or about to be asked. */
  isPending(name: string): boolean {
    return this.#next?.topics.has(name) === true || this.#asking?.topics.has(name) === true;
  }

  // Never rejects: every failure goes to those who wait for the round.
  async #run(): Promise<void> {
    this.#running = true;
    // Whatever is asked for in the same turn of the event loop goes into one question.
    await Promise.resolve();
    while (this.#next) {
      const gathering = this.#next;
      try {
        await this.#pause(gathering);
        this.#next = undefined;
        this.#asking = gathering;
        await this.#ask(gathering);
        gathering.resolve();
      } catch (error) {
        if (this.#next === gathering) this.#next = undefined;
        gathering.reject(error);
      }
      this.#asking = undefined;
    }
    this.#running = false;
  }

  async #pause(round: Round): Promise<void> {
    const { clock, isUrgent, closing } = this.#options;
    const waitMs = this.#notBefore - clock.monotonic();
    if (waitMs <= 0 || isUrgent(round.topics.keys())) return;
    const pausing = (this.#pausing = new AbortController());
    try {
      await sleep(clock, waitMs, pausing.signal, closing);
    } catch (error) {
      if (!pausing.signal.aborted) throw error;
    } finally {
      this.#pausing = undefined;
    }
  }

  async #ask(round: Round): Promise<void> {
    let news = false;
    try {
      news = await this.#options.ask(round, ({ error }) => (this.#lastFailure = error));
      this.#lastFailure = undefined;
    } catch (error) {
      this.#lastFailure = asKafkaError(error);
      throw error;
    } finally {
      if (news) this.#backoff.reset();
      this.#notBefore = this.#options.clock.monotonic() + this.#backoff.next();
    }
  }
}

function newRound(): Round {
  const { promise, resolve, reject } = withResolvers();
  return { topics: new Map(), answered: promise, resolve, reject };
}

function withResolvers(): { promise: Promise<void>; resolve: () => void; reject: (error: unknown) => void } {
  let resolve: () => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<void>((onResolve, onReject) => {
    resolve = onResolve;
    reject = onReject;
  });
  return { promise, resolve, reject };
}
