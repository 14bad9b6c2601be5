import { TopicQueues, type TopicQueuesOptions } from "./topic-queues.js";

/** How long a topic may rest before what is kept of it is forgotten, in milliseconds (Apache Kafka's `metadata.max.idle.ms`). */
export const idleTopicMs = 300_000;

interface Entry {
  readonly queues: TopicQueues;
  usedAt: number;
}

/**
 * The topics that a producer sends to, each as long as it is used, so that one that sends to ever new topics does not grow without end.
 *
 * There is no timer: they are looked through once in a while when some topic is used.
 */
export class TopicsInUse {
  readonly #options: TopicQueuesOptions;
  readonly #topics = new Map<string, Entry>();
  #sweptAt = 0;

  constructor(options: TopicQueuesOptions) {
    this.#options = options;
  }

  /** Number of topics that something is kept of. */
  get size(): number {
    return this.#topics.size;
  }

  /** The queues of a topic, which is in use at `now`, in monotonic milliseconds. */
  topic(name: string, now: number): TopicQueues {
    if (now - this.#sweptAt >= idleTopicMs) this.#sweep(now);
    const known = this.#topics.get(name);
    if (known !== undefined) {
      known.usedAt = now;
      return known.queues;
    }
    const queues = new TopicQueues(name, this.#options);
    this.#topics.set(name, { queues, usedAt: now });
    return queues;
  }

  #sweep(now: number): void {
    this.#sweptAt = now;
    for (const [name, { queues, usedAt }] of this.#topics) {
      if (now - usedAt < idleTopicMs || !queues.isIdle) continue;
      queues.retire();
      this.#topics.delete(name);
    }
  }
}
