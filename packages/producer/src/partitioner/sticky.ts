import type { TopicMetadata } from "@moldau/connection-pool";

/** What a {@link StickyPartitioner} needs to know. */
export interface StickyPartitionerOptions {
  /** Bytes to send to one partition before moving on; the batch size. */
  readonly stickyBytes: number;
  /** A source of chance, from 0 up to but not including 1. */
  readonly random: () => number;
}

/** How many batches wait for a partition; the shorter its queue, the likelier it is chosen. */
export type QueueLength = (partition: number) => number;

/**
 * Chooses the partition of one topic's messages that have neither a key nor a partition (KIP-480, KIP-794).
 *
 * It stays on one partition until a batch's worth of bytes went there, so that few full batches are sent instead of many
 * small ones, and over time every partition gets the same share of bytes. Which comes next is left to chance, weighted
 * against long queues: a slow broker is given less.
 */
export class StickyPartitioner {
  readonly #stickyBytes: number;
  readonly #random: () => number;
  #partition = -1;
  #producedBytes = 0;

  constructor({ stickyBytes, random }: StickyPartitionerOptions) {
    this.#stickyBytes = stickyBytes;
    this.#random = random;
  }

  /** The partition for the next message. */
  partition(topic: TopicMetadata, queueLength: QueueLength): number {
    if (this.#partition < 0 || !isLed(topic, this.#partition)) this.#move(topic, queueLength);
    return this.#partition;
  }

  /** Takes note of bytes sent to the current partition; twice the limit forces a move even within a batch. */
  produced(bytes: number): void {
    this.#producedBytes += bytes;
    if (this.#producedBytes >= 2 * this.#stickyBytes) this.#partition = -1;
  }

  /** The current partition stands at a batch boundary: the place to move on, if it has had its share. */
  boundary(): void {
    if (this.#producedBytes >= this.#stickyBytes) this.#partition = -1;
  }

  #move(topic: TopicMetadata, queueLength: QueueLength): void {
    this.#producedBytes = 0;
    const led = topic.partitions.filter(({ leader }) => leader >= 0).map(({ partition }) => partition);
    // Without any leader the messages wait for one, wherever they are; the spread stays even.
    const candidates = led.length > 0 ? led : topic.partitions.map(({ partition }) => partition);
    this.#partition = draw(candidates, queueLength, this.#random());
  }
}

function isLed(topic: TopicMetadata, partition: number): boolean {
  const metadata = topic.partitions[partition];
  return metadata !== undefined && metadata.leader >= 0;
}

/** Draws with the weight (longest queue + 1 - own queue), so equal queues give a uniform choice (KIP-794, adaptive partitioning). */
function draw(candidates: readonly number[], queueLength: QueueLength, chance: number): number {
  const lengths = candidates.map(queueLength);
  const longest = lengths.reduce((most, length) => Math.max(most, length), 0);
  const total = lengths.reduce((sum, length) => sum + longest + 1 - length, 0);
  let rest = Math.floor(chance * total);
  for (const [index, length] of lengths.entries()) {
    rest -= longest + 1 - length;
    if (rest < 0) return candidates[index] ?? 0;
  }
  return candidates.at(-1) ?? 0;
}
