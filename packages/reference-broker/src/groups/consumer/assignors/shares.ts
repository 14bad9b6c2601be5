import type { TopicPartitions } from "../topic-partitions.js";

/** What a member is to have, while that is being worked out. */
export class Share {
  readonly #partitions: Map<string, Set<number>>;

  constructor(partitions: TopicPartitions) {
    this.#partitions = new Map([...partitions].map(([topicId, numbers]) => [topicId, new Set(numbers)]));
  }

  get partitions(): TopicPartitions {
    return this.#partitions;
  }

  add(topicId: string, partition: number): void {
    const numbers = this.#partitions.get(topicId);
    if (numbers === undefined) this.#partitions.set(topicId, new Set([partition]));
    else numbers.add(partition);
  }

  remove(topicId: string, partition: number): void {
    const numbers = this.#partitions.get(topicId);
    numbers?.delete(partition);
    if (numbers?.size === 0) this.#partitions.delete(topicId);
  }

  removeTopic(topicId: string): void {
    this.#partitions.delete(topicId);
  }
}
