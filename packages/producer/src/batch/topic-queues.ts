import { Backoff, type RetryPolicy } from "@moldau/connection-pool";
import PQueue from "p-queue";
import { PartitionQueue } from "./partition-queue.js";
import { StickyPartitioner, type StickyPartitionerOptions } from "../partitioner/sticky.js";

/** What the queues of a topic are made with. */
export interface TopicQueuesOptions extends StickyPartitionerOptions {
  readonly retry: RetryPolicy;
}

/** What a producer keeps of one topic. */
export class TopicQueues {
  readonly name: string;
  /** Where messages without a key go. */
  readonly sticky: StickyPartitioner;
  readonly #options: TopicQueuesOptions;
  readonly #queues: PartitionQueue[] = [];
  #gate: PQueue | undefined;

  constructor(name: string, options: TopicQueuesOptions) {
    this.name = name;
    this.#options = options;
    this.sticky = new StickyPartitioner(options);
  }

  /** The queue of a partition. */
  queue(partition: number): PartitionQueue {
    const known = this.#queues[partition];
    if (known !== undefined) return known;
    const { retry, random } = this.#options;
    const created = new PartitionQueue(this.name, partition, new Backoff(retry, random));
    this.#queues[partition] = created;
    return created;
  }

  /** Number of batches that a partition has waiting. */
  readonly queueLength = (partition: number): number => this.#queues[partition]?.length ?? 0;

  /** Whether earlier calls are still {@link passGate passing the gate}, so that later ones have to queue behind them. */
  get isGated(): boolean {
    return this.#gate !== undefined && this.#gate.size + this.#gate.pending > 0;
  }

  /** Lets calls wait for the topic's metadata or for a serializer, one after the other, so that they stay in order. */
  passGate<Result>(call: () => Promise<Result>): Promise<Result> {
    this.#gate ??= new PQueue({ concurrency: 1 });
    return this.#gate.add(call);
  }
}
