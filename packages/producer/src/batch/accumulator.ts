import type { Clock, RetryPolicy } from "@moldau/connection-pool";
import { DeadlineTimer } from "@moldau/connection-pool/internal";
import { BatchBuilder } from "@moldau/protocol-codec";
import { Batch } from "./batch.js";
import type { BufferMemory } from "../accept/buffer-memory.js";
import type { CallPart } from "../accept/call-part.js";
import type { PartitionQueue } from "./partition-queue.js";
import { sticky } from "../partitioner/place-messages.js";
import { TopicQueues } from "./topic-queues.js";

/** What an accumulator needs. */
export interface AccumulatorOptions {
  readonly lingerMs: number;
  readonly batchSize: number;
  readonly memory: BufferMemory;
  readonly retry: RetryPolicy;
  readonly clock: Clock;
  readonly random: () => number;
  /** A batch was made, which has to have an outcome by its deadline. */
  readonly opened: (batch: Batch, queue: PartitionQueue) => void;
  /** A queue has something to send. */
  readonly ready: (queue: PartitionQueue) => void;
}

/** How far {@link Accumulator.append} came: to the end, to the limit of memory, or to the end of its slice of time. */
export type AppendResult = "done" | "out of memory" | "out of turn";

/** Bytes encoded in one go, a few milliseconds' worth: then the event loop is let breathe. */
const sliceBytes = 1_048_576;

/** The least that a batch's buffer is made of; it doubles as needed. */
const smallestBuffer = 512;

/** Gathers messages into batches: one open batch for each (topic, partition, lane). */
export class Accumulator {
  readonly #options: AccumulatorOptions;
  readonly #topics = new Map<string, TopicQueues>();
  readonly #lingering = new Map<Batch, PartitionQueue>();
  readonly #lingerTimer: DeadlineTimer;
  #hurries = 0;

  constructor(options: AccumulatorOptions) {
    this.#options = options;
    this.#lingerTimer = new DeadlineTimer(options.clock, (now) => this.#lingered(now));
  }

  /** The queues of a topic. */
  topic(name: string): TopicQueues {
    const known = this.#topics.get(name);
    if (known !== undefined) return known;
    const { batchSize, random, retry } = this.#options;
    const created = new TopicQueues(name, { stickyBytes: batchSize, random, retry });
    this.#topics.set(name, created);
    return created;
  }

  /** Encodes messages of a call into batches, from where it stopped last. */
  append(part: CallPart): AppendResult {
    let budget = sliceBytes;
    while (!part.isDone) {
      if (this.#options.memory.available <= 0) return "out of memory";
      if (budget <= 0) return "out of turn";
      budget -= this.#appendRun(part);
    }
    return "done";
  }

  /** Lets no batch wait for company, now and until the function that it returns is called. */
  hurry(): () => void {
    this.#hurries += 1;
    this.flush();
    return () => {
      this.#hurries -= 1;
    };
  }

  /** Lets every batch go that waits for company. */
  flush(): void {
    for (const [batch, queue] of this.#lingering) {
      batch.dueAt = 0;
      this.#options.ready(queue);
    }
    this.#lingering.clear();
  }

  /** Stops the clockwork. */
  close(): void {
    this.#lingering.clear();
    this.#lingerTimer.cancel();
  }

  /** Appends messages that go into the same batch, and returns the bytes they took. */
  #appendRun(part: CallPart): number {
    const place = part.places?.[part.cursor] ?? sticky;
    const queue = place === sticky ? this.#stickyQueue(part) : part.topic.queue(place);
    const batch = queue.openBatch(part.lane) ?? this.#open(queue, part);
    const { builder } = batch;
    if (builder === undefined) throw new Error("An open batch has no builder.");
    const { memory, batchSize } = this.#options;
    const before = builder.sizeInBytes;
    const isFull = !fill(batch, builder, part, batch.reservedBytes + memory.available);
    const bytes = builder.sizeInBytes - before;
    this.#reserve(batch, builder.sizeInBytes);
    if (place === sticky) part.topic.sticky.produced(bytes);
    this.#filled(batch, queue, isFull || builder.sizeInBytes >= batchSize);
    return bytes;
  }

  #reserve(batch: Batch, bytes: number): void {
    const more = bytes - batch.reservedBytes;
    if (more <= 0) return;
    batch.reservedBytes = bytes;
    this.#options.memory.reserve(more);
  }

  #filled(batch: Batch, queue: PartitionQueue, isFull: boolean): void {
    if (isFull) {
      this.#lingering.delete(batch);
      queue.seal(batch);
    }
    if (isFull || !this.#lingering.has(batch)) this.#options.ready(queue);
  }

  /** At a batch's beginning the sticky choice may move on (KIP-794). */
  #stickyQueue({ topic, metadata, lane }: CallPart): PartitionQueue {
    if (metadata === undefined) throw new Error("A message is put into a batch before its topic is known.");
    const current = topic.queue(topic.sticky.partition(metadata, topic.queueLength));
    if (current.openBatch(lane) !== undefined) return current;
    topic.sticky.boundary();
    return topic.queue(topic.sticky.partition(metadata, topic.queueLength));
  }

  #open(queue: PartitionQueue, { lane, startedAt }: CallPart): Batch {
    const { batchSize, lingerMs, clock, opened } = this.#options;
    const { topic, partition, typicalBytes } = queue;
    const lingers = lingerMs > 0 && this.#hurries === 0;
    const dueAt = lingers ? clock.monotonic() + lingerMs : 0;
    const initialBytes = Math.min(Math.max(typicalBytes, smallestBuffer), batchSize);
    const builder = new BatchBuilder({ maxBytes: batchSize, initialBytes });
    const batch = new Batch({ topic, partition, lane, createdAt: startedAt, dueAt }, builder);
    this.#reserve(batch, initialBytes);
    queue.add(batch);
    opened(batch, queue);
    if (lingers) {
      this.#lingering.set(batch, queue);
      this.#lingerTimer.expect(dueAt);
    }
    return batch;
  }

  // Every batch waits equally long, so the map holds them in the order in which they become due.
  #lingered(now: number): number | undefined {
    for (const [batch, queue] of this.#lingering) {
      if (batch.dueAt > now) return batch.dueAt;
      this.#lingering.delete(batch);
      this.#options.ready(queue);
    }
    return undefined;
  }
}

/**
 * Appends a call's messages from its cursor on, as long as they belong to this partition and until the batch has `limit` bytes; false
 * when the batch is full.
 */
function fill(batch: Batch, builder: BatchBuilder, part: CallPart, limit: number): boolean {
  const { messages, places, timestamp: sentAt, cursor: first } = part;
  const place = places?.[first];
  let cursor = first;
  let fits = true;
  while (cursor < messages.length) {
    const message = messages[cursor];
    if (message === undefined || (places !== undefined && places[cursor] !== place)) break;
    const { key, value, headers, timestamp } = message;
    fits = builder.tryAppend(timestamp ?? sentAt, key ?? null, value, headers);
    if (!fits) break;
    cursor += 1;
    if (builder.sizeInBytes >= limit) break;
  }
  if (cursor > first) batch.joined(part.call, part.indexBase + first, cursor - first);
  part.advance(cursor);
  return fits;
}
