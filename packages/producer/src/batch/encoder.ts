import type { Clock } from "@moldau/connection-pool";
import { Fifo } from "@moldau/connection-pool/internal";
import { codecOnThreads } from "@moldau/protocol-codec";
import type { Batch } from "./batch.js";
import type { PartitionQueue } from "./partition-queue.js";

/** Who hears of batches that were encoded on a thread. */
export interface EncodingOutcomes {
  /** The queue may have something to send. */
  sendable(queue: PartitionQueue): void;
  /** The batch cannot be encoded: it has to be given up. */
  unencodable(batch: Batch, queue: PartitionQueue, error: unknown): void;
}

/** What an {@link Encoder} needs. */
export interface EncoderOptions {
  readonly clock: Clock;
  readonly outcomes: EncodingOutcomes;
}

/**
 * Whether a batch can be taken: at once, after a thread has compressed it (its queue is told of as sendable then), or not in this turn of
 * the event loop, which has compressed enough.
 */
export type Readiness = "ready" | "under way" | "next turn";

/** What is compressed in one turn of the event loop: two or three milliseconds' worth of gzip. */
const turnBytes = 524_288;
const turnMs = 5;

/** From this size on a batch is compressed on a thread where its codec can: it would take half a turn, or more. */
const largeBytes = turnBytes / 2;

/**
 * The least that is handed to a thread when a turn has no time left. A thread takes half as much CPU time again for the same work (measured
 * with gzip and 128 KiB, Node 20), so it is not for what the turn can do.
 */
const leastForThread = 32_768;

/** Jobs on threads at a time. Node has four, which name look-ups and files need too. */
const mostThreads = 3;

/**
 * Sees to it that compression holds nobody up: each turn of the event loop compresses a little, and what is too much for it goes to threads,
 * where the codec can, or has to wait for the next turn.
 */
export class Encoder {
  readonly #options: EncoderOptions;
  readonly #waiting = new Fifo<{ readonly batch: Batch; readonly queue: PartitionQueue }>();
  readonly #handed = new Set<Batch>();
  #threads = 0;
  #turn: { bytes: number; readonly startedAt: number } | undefined;

  constructor(options: EncoderOptions) {
    this.#options = options;
  }

  /** Begins with a batch that takes no more messages, if it is one for a thread: it will be there when its turn to be sent comes. */
  begin(batch: Batch, queue: PartitionQueue): void {
    if (batch.sizeInBytes >= largeBytes && hasThreads(batch)) this.#hand(batch, queue);
  }

  /** Whether a batch can be taken now, to be sent. */
  prepare(batch: Batch, queue: PartitionQueue): Readiness {
    if (batch.state.name === "encoded" || batch.lane.compression === "none") return "ready";
    this.begin(batch, queue);
    if (this.#handed.has(batch)) return "under way";
    if (this.#hasTime(batch.sizeInBytes)) return "ready";
    if (batch.sizeInBytes < leastForThread || !hasThreads(batch)) return "next turn";
    this.#hand(batch, queue);
    return "under way";
  }

  #hand(batch: Batch, queue: PartitionQueue): void {
    if (this.#handed.has(batch)) return;
    this.#handed.add(batch);
    this.#waiting.push({ batch, queue });
    this.#next();
  }

  #next(): void {
    while (this.#threads < mostThreads) {
      const job = this.#waiting.shift();
      if (job === undefined) return;
      if (job.batch.isSettled) this.#handed.delete(job.batch);
      else void this.#encode(job.batch, job.queue);
    }
  }

  // Never rejects: a failure is the batch's.
  async #encode(batch: Batch, queue: PartitionQueue): Promise<void> {
    const { outcomes } = this.#options;
    this.#threads += 1;
    try {
      const { builder, options } = queue.beginEncoding(batch);
      const codec = codecOnThreads(batch.lane.compression);
      const encoding = builder.finishAsync(codec === undefined ? options : { ...options, compression: codec });
      queue.endEncoding(batch, await encoding);
    } catch (error) {
      outcomes.unencodable(batch, queue, error);
      queue.endEncoding(batch, undefined);
    }
    this.#threads -= 1;
    this.#handed.delete(batch);
    outcomes.sendable(queue);
    this.#next();
  }

  /** Counts bytes against this turn of the event loop; the first of a turn always have their time. */
  #hasTime(bytes: number): boolean {
    const { clock } = this.#options;
    if (this.#turn === undefined) {
      this.#turn = { bytes, startedAt: clock.monotonic() };
      clock.soon(() => (this.#turn = undefined));
      return true;
    }
    if (this.#turn.bytes + bytes > turnBytes || clock.monotonic() - this.#turn.startedAt >= turnMs) return false;
    this.#turn.bytes += bytes;
    return true;
  }
}

function hasThreads({ lane }: Batch): boolean {
  return codecOnThreads(lane.compression) !== undefined;
}
