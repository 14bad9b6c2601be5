import { asKafkaError, attempt, ClientErrorCode, linkSignals, type ClusterAccess } from "@moldau/connection-pool";
import { ErrorCode, type KafkaError } from "@moldau/protocol-codec";
import { nothingToRead, unknownTopic } from "../errors.js";
import type { RetryNotice } from "../events.js";
import { MatchingTopics, type MatchingTopicsInit } from "./matching-topics.js";
import type { CompiledPattern } from "./topic-pattern.js";

/** What is to be read: topics by name, or those that match a pattern. */
export type Wanted = readonly string[] | CompiledPattern;

/** What finding topics needs, and whom it tells. */
export interface SubscriptionInit {
  readonly cluster: MatchingTopicsInit["cluster"] & Pick<ClusterAccess, "topic">;
  readonly wanted: Wanted;
  /** Whether the coordinator matches patterns, so that this consumer does not. */
  readonly isMatchedByBroker: boolean;
  /** Whether the broker may create a topic that does not exist. */
  readonly allowAutoTopicCreation: boolean;
  /** Other topics match the pattern than before. */
  readonly changed: () => void;
  readonly retrying: (notice: RetryNotice) => void;
}

/** How long one attempt to learn of a topic may take, in milliseconds: each that fails is told of, and there are some. */
const attemptMs = 1000;
const attemptsAtLeast = 4;

/** The topics that a consumer wants to read. */
export class Subscription {
  readonly #init: SubscriptionInit;
  #wanted: Wanted;
  /** Undefined while topics are wanted by name. */
  #matching: MatchingTopics | undefined;
  /** Ends the search for what is not wanted any more. */
  #replaced = new AbortController();

  constructor(init: SubscriptionInit) {
    this.#init = init;
    this.#wanted = init.wanted;
    this.#matching = this.#match(init.wanted);
  }

  /** The topics at the moment: those named, or those that match by now; another list whenever they are others. */
  get topics(): readonly string[] {
    return this.#matching?.topics ?? namesIn(this.#wanted);
  }

  /** The pattern, as the text it was given as; undefined when topics are wanted by name. */
  get pattern(): string | undefined {
    return patternIn(this.#wanted)?.pattern;
  }

  /** Wants this from now on, and nothing else. */
  replace(wanted: Wanted): void {
    this.#wanted = patternIn(wanted) ?? [...new Set(namesIn(wanted))];
    this.#replaced.abort();
    this.#replaced = new AbortController();
    this.end();
    this.#matching = this.#match(this.#wanted);
  }

  /** The cluster's metadata changed. */
  metadataChanged(): void {
    this.#matching?.metadataChanged();
  }

  /** Looks for no more topics that match, until {@link find} is called again. */
  end(): void {
    this.#matching?.end();
  }

  /**
   * Resolves when the brokers know all topics that are wanted by then, or were asked for those that match, of which there may be none yet. A cluster that cannot be reached is asked again and
   * again, a topic that it does not know for as long as a request may take.
   *
   * @throws {KafkaError} UNKNOWN_TOPIC_OR_PARTITION then, and at once what does not pass; CLIENT_INVALID_ARGUMENT without topics.
   */
  async find(signal: AbortSignal): Promise<void> {
    for (;;) {
      const wanted = this.#wanted;
      try {
        await this.#find(wanted, signal);
        if (wanted === this.#wanted) return;
      } catch (error) {
        // What is not wanted any more need not be found.
        if (wanted === this.#wanted) throw error;
      }
    }
  }

  #find(wanted: Wanted, signal: AbortSignal): Promise<void> {
    if (this.#matching !== undefined) return this.#lookFor(this.#matching, signal);
    const topics = namesIn(wanted);
    if (topics.length === 0 && this.pattern === undefined) throw nothingToRead();
    return this.#findAll(topics, signal);
  }

  async #lookFor(matching: MatchingTopics, signal: AbortSignal): Promise<void> {
    const linked = linkSignals(signal, this.#replaced.signal);
    try {
      await matching.look(linked.signal);
    } finally {
      linked.unlink();
    }
  }

  #match(wanted: Wanted): MatchingTopics | undefined {
    const pattern = patternIn(wanted);
    return pattern === undefined || this.#init.isMatchedByBroker
      ? undefined
      : new MatchingTopics({ ...this.#init, pattern });
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

function patternIn(wanted: Wanted): CompiledPattern | undefined {
  return "matches" in wanted ? wanted : undefined;
}

function namesIn(wanted: Wanted): readonly string[] {
  return "matches" in wanted ? none : wanted;
}

/** One list, so that it is no other one each time. */
const none: readonly string[] = [];

function isUnknown({ errorCode }: KafkaError): boolean {
  return errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
}
