import type { Clock } from "@moldau/connection-pool";
import { DeadlineTimer } from "@moldau/connection-pool/internal";
import type { CallPart } from "../accept/call-part.js";
import { sticky } from "../partitioner/place-messages.js";
import type { Batch } from "./batch.js";
import type { BufferMemory } from "./buffer-memory.js";
import type { Encoder } from "./encoder.js";
import type { PartitionQueue } from "./partition-queue.js";

/** Who takes batches on from here. */
export interface BatchTaker {
  /** A batch was begun, which has to have an outcome by its deadline. */
  begun(batch: Batch, queue: PartitionQueue): void;
  /** A queue has something to send. */
  ready(queue: PartitionQueue): void;
}

/** What an accumulator needs. */
export interface AccumulatorOptions {
  readonly lingerMs: number;
  readonly batchSize: number;
  readonly memory: BufferMemory;
  readonly encoder: Encoder;
  readonly taker: BatchTaker;
  readonly clock: Clock;
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
  readonly #lingering = new Map<Batch, PartitionQueue>();
  readonly #lingerTimer: DeadlineTimer;
  #hurries = 0;

  constructor(options: AccumulatorOptions) {
    this.#options = options;
    this.#lingerTimer = new DeadlineTimer(options.clock, (now) => this.#lingered(now));
  }

  /** Puts messages of a call into batches, from where it stopped last. */
  append(part: CallPart): AppendResult {
    const { memory, batchSize } = this.#options;
    const maxBytes = Math.min(batchSize, part.topic.sizeLimit.at(part.startedAt));
    let budget = sliceBytes;
    while (!part.isDone) {
      if (memory.available <= 0) return "out of memory";
      if (budget <= 0) return "out of turn";
      budget -= this.#appendRun(part, maxBytes);
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
      queue.hasten(batch);
      this.#options.taker.ready(queue);
    }
    this.#lingering.clear();
  }

  /** Stops the clockwork. */
  close(): void {
    this.#lingering.clear();
    this.#lingerTimer.cancel();
  }

  /** Appends messages that go into the same batch, and returns the bytes they took. */
  #appendRun(part: CallPart, maxBytes: number): number {
    const place = part.places?.[part.cursor] ?? sticky;
    const queue = place === sticky ? this.#stickyQueue(part) : part.topic.queue(place);
    const batch = queue.openBatch(part.lane) ?? this.#begin(queue, part, maxBytes);
    const before = batch.sizeInBytes;
    const hasRoom = queue.append(batch, part, maxBytes);
    const bytes = batch.sizeInBytes - before;
    if (place === sticky) part.topic.sticky.produced(bytes);
    if (hasRoom) this.#filled(batch, queue);
    else this.#full(batch, queue);
    return bytes;
  }

  #filled(batch: Batch, queue: PartitionQueue): void {
    if (!this.#lingering.has(batch)) this.#options.taker.ready(queue);
  }

  #full(batch: Batch, queue: PartitionQueue): void {
    const { encoder, taker } = this.#options;
    this.#lingering.delete(batch);
    queue.seal(batch);
    encoder.begin(batch, queue);
    taker.ready(queue);
  }

  /** At a batch's beginning the sticky choice may move on (KIP-794). */
  #stickyQueue({ topic, metadata, lane }: CallPart): PartitionQueue {
    if (metadata === undefined) throw new Error("A message is put into a batch before its topic is known.");
    const current = topic.queue(topic.sticky.partition(metadata, topic.queueLength));
    if (current.openBatch(lane) !== undefined) return current;
    topic.sticky.boundary();
    return topic.queue(topic.sticky.partition(metadata, topic.queueLength));
  }

  #begin(queue: PartitionQueue, { lane, startedAt: createdAt }: CallPart, maxBytes: number): Batch {
    const { lingerMs, clock, taker } = this.#options;
    const lingers = lingerMs > 0 && this.#hurries === 0;
    const dueAt = lingers ? clock.monotonic() + lingerMs : 0;
    const initialBytes = Math.min(Math.max(queue.typicalBytes, smallestBuffer), maxBytes);
    const batch = queue.begin({ lane, createdAt, dueAt, maxBytes, initialBytes });
    taker.begun(batch, queue);
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
      // It was found due here, and nobody looks again: whoever takes it must not find otherwise by a clock of his own.
      queue.hasten(batch);
      this.#options.taker.ready(queue);
    }
    return undefined;
  }
}
