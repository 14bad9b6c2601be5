import { asKafkaError, attempt, ClientErrorCode, linkSignals, type ClusterAccess } from "@moldau/connection-pool";
import { ErrorCode, type KafkaError } from "@moldau/protocol-codec";
import { nothingToRead, unknownTopic } from "./errors.js";
import type { RetryNotice } from "./events.js";

/** What finding topics needs, and whom it tells. */
export interface SubscriptionInit {
  readonly cluster: Pick<ClusterAccess, "clock" | "options" | "topic">;
  readonly topics: readonly string[];
  /** Whether the broker may create a topic that does not exist. */
  readonly allowAutoTopicCreation: boolean;
  readonly retrying: (notice: RetryNotice) => void;
}

/** How long one attempt to learn of a topic may take, in milliseconds: each that fails is told of, and there are some. */
const attemptMs = 1000;
const attemptsAtLeast = 4;

/** The topics that a consumer wants to read. */
export class Subscription {
  readonly #init: SubscriptionInit;
  #topics: readonly string[];
  /** Ends the search for what is not wanted any more. */
  #replaced = new AbortController();

  constructor(init: SubscriptionInit) {
    this.#init = init;
    this.#topics = init.topics;
  }

  /** The topics at the moment; another list whenever they are replaced. */
  get topics(): readonly string[] {
    return this.#topics;
  }

  /** Wants these topics from now on, and none else. */
  replace(topics: readonly string[]): void {
    this.#topics = [...new Set(topics)];
    this.#replaced.abort();
    this.#replaced = new AbortController();
  }

  /**
   * Resolves when the brokers know all topics that are wanted by then. A cluster that cannot be reached is asked again and
   * again, a topic that it does not know for as long as a request may take.
   *
   * @throws {KafkaError} UNKNOWN_TOPIC_OR_PARTITION then, and at once what does not pass; CLIENT_INVALID_ARGUMENT without topics.
   */
  async find(signal: AbortSignal): Promise<void> {
    for (;;) {
      const topics = this.#topics;
      try {
        if (topics.length === 0) throw nothingToRead();
        await this.#findAll(topics, signal);
        if (topics === this.#topics) return;
      } catch (error) {
        // What is not wanted any more need not be found.
        if (topics === this.#topics) throw error;
      }
    }
  }

  /** When one cannot be found, the others are not looked for any more. */
  async #findAll(topics: readonly string[], signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const linked = linkSignals(signal, over.signal, this.#replaced.signal);
    try {
      await Promise.all(topics.map((topic) => this.#findTopic(topic, linked.signal)));
    } finally {
      over.abort();
      linked.unlink();
    }
  }

  async #findTopic(topic: string, signal: AbortSignal): Promise<void> {
    const { cluster, allowAutoTopicCreation: allowAutoCreate, retrying } = this.#init;
    const { clock, options } = cluster;
    const patienceMs = options.requestTimeoutMs;
    const timeoutMs = Math.min(attemptMs, patienceMs / attemptsAtLeast);
    let unknownSince: number | undefined;
    const ask = async (): Promise<void> => {
      const startedAt = clock.monotonic();
      try {
        await cluster.topic(topic, { allowAutoCreate, signal, timeoutMs });
      } catch (thrown) {
        const error = asKafkaError(thrown);
        if (isUnknown(error)) unknownSince ??= startedAt;
        // The next question may have been held back for longer than this attempt lasted: then nothing is news.
        else if (error.code !== ClientErrorCode.REQUEST_TIMEOUT) unknownSince = undefined;
        if (unknownSince === undefined) throw error;
        const isOver = clock.monotonic() + timeoutMs > unknownSince + patienceMs;
        throw unknownTopic(topic, { patienceMs, retriable: !isOver });
      }
    };
    await attempt(ask, {
      pace: options,
      signals: [signal],
      retrying: (failed) => retrying({ operation: "metadata", ...failed }),
    });
  }
}

function isUnknown({ errorCode }: KafkaError): boolean {
  return errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
}
