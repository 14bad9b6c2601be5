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

/** From this size on a thread is worth its while: handing over takes some 60 us, as long as gzip takes for 16 KiB (Node 20). */
const leastForThread = 32_768;

/** Jobs on threads at a time. Node has four, which name look-ups and files need too. */
const mostThreads = 3;

/** What is compressed in one turn of the event loop: a few milliseconds' worth of the slowest codec. */
const turnBytes = 524_288;
const turnMs = 5;

/**
 * Sees to it that compression holds nobody up: large batches are compressed on threads where the codec can, all others within the turns
 * of the event loop, a little in each.
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
    if (this.#handed.has(batch) || !isForThread(batch)) return;
    this.#handed.add(batch);
    this.#waiting.push({ batch, queue });
    this.#next();
  }

  /** Whether a batch can be taken now, to be sent. */
  prepare(batch: Batch, queue: PartitionQueue): Readiness {
    if (batch.state.name === "encoded") return "ready";
    this.begin(batch, queue);
    if (this.#handed.has(batch)) return "under way";
    return batch.lane.compression === "none" || this.#hasTime(batch.sizeInBytes) ? "ready" : "next turn";
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

function isForThread({ lane, state, sizeInBytes }: Batch): boolean {
  if (state.name !== "open" && state.name !== "sealed") return false;
  return sizeInBytes >= leastForThread && codecOnThreads(lane.compression) !== undefined;
}
