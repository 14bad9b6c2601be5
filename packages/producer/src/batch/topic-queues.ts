import { Backoff, type RetryPolicy } from "@moldau/connection-pool";
import { StickyPartitioner, type StickyPartitionerOptions } from "../partitioner/sticky.js";
import { PartitionQueue, type PartitionQueueOptions } from "./partition-queue.js";
import { SizeLimit } from "./size-limit.js";

/** What the queues of a topic are made with. */
export interface TopicQueuesOptions
  extends StickyPartitionerOptions, Pick<PartitionQueueOptions, "memory" | "epochs" | "gate"> {
  readonly retry: RetryPolicy;
}

/** What a producer keeps of one topic. */
export class TopicQueues {
  readonly name: string;
  /** Where messages without a key go. */
  readonly sticky: StickyPartitioner;
  /** What is known of the sizes that the topic takes. */
  readonly sizeLimit = new SizeLimit();
  readonly #options: TopicQueuesOptions;
  readonly #queues: PartitionQueue[] = [];
  #users = 0;

  constructor(name: string, options: TopicQueuesOptions) {
    this.name = name;
    this.#options = options;
    this.sticky = new StickyPartitioner(options);
  }

  /** The queue of a partition. */
  queue(partition: number): PartitionQueue {
    const known = this.#queues[partition];
    if (known !== undefined) return known;
    const { retry, random, memory, epochs, gate } = this.#options;
    const { name: topic, sizeLimit } = this;
    const backoff = new Backoff(retry, random);
    const created = new PartitionQueue({ topic, partition, backoff, memory, epochs, gate, sizeLimit });
    this.#queues[partition] = created;
    return created;
  }

  /** Number of batches that a partition has waiting. */
  readonly queueLength = (partition: number): number => this.#queues[partition]?.length ?? 0;

  /** Whether nothing needs it: no call is about to put messages in, no batch waits for its outcome, and no number has to be remembered. */
  get isIdle(): boolean {
    return this.#users === 0 && this.#queues.every(({ mayRetire }) => mayRetire);
  }

  /** A call has messages for the topic, until it calls {@link leave}. */
  enter(): void {
    this.#users += 1;
  }

  /** The messages of a call are in batches, or failed. */
  leave(): void {
    this.#users -= 1;
  }

  /** It is forgotten. */
  retire(): void {
    // Partitions that were never used leave holes.
    for (const queue of this.#queues) queue?.retire();
  }
}
