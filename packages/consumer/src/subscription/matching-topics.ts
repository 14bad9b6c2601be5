import { asKafkaError, attempt, type ClusterAccess } from "@moldau/connection-pool";
import { kafkaError, Metadata } from "@moldau/protocol-codec";
import type { RetryNotice } from "../events.js";
import type { CompiledPattern } from "./topic-pattern.js";

/** What looking for topics needs, and whom it tells. */
export interface MatchingTopicsInit {
  readonly cluster: Pick<ClusterAccess, "cachedTopic" | "clock" | "options" | "refreshTopics" | "request">;
  readonly pattern: CompiledPattern;
  /** Others match than before. */
  readonly changed: () => void;
  readonly retrying: (notice: RetryNotice) => void;
}

/**
 * The topics that match a pattern, as of the last look at all topics of the cluster. Kafka's internal topics are left out, as the
 * Java client leaves them out. From the first look on it looks again whenever its knowledge is as old as metadata may get, and when
 * the metadata has lost one of them.
 */
export class MatchingTopics {
  readonly #init: MatchingTopicsInit;
  /** Ends the looks that nobody waits for. */
  #ended = new AbortController();
  #topics: readonly string[] = [];
  /** What the pattern says of each topic that exists. */
  #verdicts: ReadonlyMap<string, boolean> = new Map();
  #isLooking = false;
  /** Undefined before the first look, and when there is to be none. */
  #next: { cancel(): void } | undefined;

  constructor(init: MatchingTopicsInit) {
    this.#init = init;
  }

  /** By name; another list whenever others match. */
  get topics(): readonly string[] {
    return this.#topics;
  }

  /** Resolves when the cluster has been looked at; it is asked again and again while it cannot be reached. @throws {KafkaError} what does not pass. */
  async look(signal: AbortSignal): Promise<void> {
    this.end();
    this.#ended = new AbortController();
    const { cluster, retrying } = this.#init;
    const tell = (failed: Omit<RetryNotice, "operation">): void => retrying({ operation: "metadata", ...failed });
    await attempt(() => this.#look(signal), { pace: cluster.options, signals: [signal], retrying: tell });
    this.#plan(this.#ended.signal);
  }

  /** The cluster's metadata changed: a topic that it has lost may be gone. */
  metadataChanged(): void {
    if (this.#next === undefined || this.#isLooking) return;
    const isLost = (topic: string): boolean => this.#init.cluster.cachedTopic(topic) === undefined;
    if (this.#topics.some(isLost)) this.#lookAgain();
  }

  /** Looks no more, until it is told to. What matched then stays. */
  end(): void {
    this.#ended.abort();
    this.#next?.cancel();
    this.#next = undefined;
  }

  #plan(ended: AbortSignal): void {
    if (ended.aborted) return;
    const { clock, options } = this.#init.cluster;
    this.#next?.cancel();
    this.#next = clock.timer(options.metadataMaxAgeMs, () => this.#lookAgain(), { background: true });
  }

  /** Nobody waits for it: a failure is told, and the next look is no later than ever. */
  #lookAgain(): void {
    const { signal } = this.#ended;
    this.#look(signal)
      .catch((error: unknown) => {
        if (signal.aborted) return;
        const { metadataMaxAgeMs: delayMs } = this.#init.cluster.options;
        this.#init.retrying({ operation: "metadata", error: asKafkaError(error), delayMs });
      })
      .finally(() => this.#plan(signal));
  }

  async #look(signal: AbortSignal): Promise<void> {
    this.#isLooking = true;
    try {
      const names = await this.#list(signal);
      const { matches } = this.#init.pattern;
      this.#verdicts = new Map(names.map((name) => [name, this.#verdicts.get(name) ?? matches(name)]));
      const topics = names.filter((name) => this.#verdicts.get(name) === true).sort();
      // What is read of them is to be in the metadata before anybody is to read them.
      const unknown = topics.filter((topic) => this.#init.cluster.cachedTopic(topic) === undefined);
      if (unknown.length > 0) await this.#init.cluster.refreshTopics(unknown, { signal });
      if (!signal.aborted) this.#take(topics);
    } finally {
      this.#isLooking = false;
    }
  }

  async #list(signal: AbortSignal): Promise<readonly string[]> {
    const answer = await this.#init.cluster.request(Metadata, allTopics, { signal });
    if (answer.errorCode !== 0) throw kafkaError(answer.errorCode, { apiKey: Metadata.key, apiName: Metadata.name });
    return answer.topics.flatMap(({ name, isInternal, errorCode }) =>
      name === null || isInternal || errorCode !== 0 ? [] : [name],
    );
  }

  #take(topics: readonly string[]): void {
    const before = this.#topics;
    if (topics.length === before.length && topics.every((topic, place) => topic === before[place])) return;
    this.#topics = topics;
    this.#init.changed();
  }
}

/** Before version 1 no topic in the list meant all of them. */
function allTopics(version: number): {
  readonly topics: null | readonly [];
  readonly allowAutoTopicCreation?: boolean;
} {
  if (version === 0) return { topics: [] };
  return version >= 4 ? { topics: null, allowAutoTopicCreation: false } : { topics: null };
}
