import {
  abortable,
  abortedBy,
  linkSignals,
  onAbort,
  type Clock,
  type OffsetsConsumer,
  type OffsetsInTransaction,
} from "@moldau/connection-pool";
import { readingMoved } from "../errors.js";
import type { Committable } from "../offsets/committable.js";
import type { TransactionalOffsets } from "../offsets/transactional-offsets.js";
import type { BatchLoop } from "../reading/batch-loop.js";
import type { MessageBatch } from "../reading/message-batch.js";
import { resultsByTopic } from "./results.js";
import type { TransformTransaction } from "./transactional-producer.js";
import type { ResolvedTransformOptions, TransformWork } from "./transform-options.js";

/** What the transactions of a transform have in common. */
export interface TransformParts<Result> {
  readonly clock: Clock;
  readonly loop: BatchLoop;
  readonly offsets: TransactionalOffsets;
  readonly options: ResolvedTransformOptions<Result>;
  readonly work: TransformWork<Result>;
  /** Fires when work is not waited for any longer, since the consumer is closed. */
  readonly abandoned: AbortSignal;
}

/**
 * One transaction of a transform: reads, works, writes and gives the offsets along, batch by batch, until nothing more is there at once, or its
 * time is over.
 */
export class OneTransaction<Result> implements OffsetsConsumer<Committable> {
  /** What it has read, in order; all of it is in the loop's hand. */
  readonly batches: MessageBatch[];
  readonly #ownershipEnded = new AbortController();
  readonly #forget: (() => void)[] = [];
  readonly #parts: TransformParts<Result>;
  /** Whether the batches go alone. */
  readonly #isAlone: boolean;
  #isBegun = false;
  #wasMoved = false;
  #working: MessageBatch | undefined;
  #given: OffsetsInTransaction | undefined;

  constructor(parts: TransformParts<Result>, first: MessageBatch, { isAlone }: { readonly isAlone: boolean }) {
    this.#parts = parts;
    this.batches = [];
    this.#isAlone = isAlone;
    this.#take(first);
  }

  /** Whether a partition was given up or lost of which it has read, or whose offset it has. */
  get isDisowned(): boolean {
    return this.#ownershipEnded.signal.aborted || this.#given?.ownershipEnded.aborted === true;
  }

  /** Whether the producer was ready to begin. */
  get isBegun(): boolean {
    return this.#isBegun;
  }

  /** Whether it was aborted because reading was moved elsewhere meanwhile. */
  get wasMoved(): boolean {
    return this.#wasMoved;
  }

  /** The batches that a failure is about: the one that was worked on, or else all of them. */
  get blamed(): readonly MessageBatch[] {
    return this.#working === undefined ? this.batches : [this.#working];
  }

  /** Resolves when everything is committed. Throws what kept it from that; {@link undo} is to follow. */
  async run(): Promise<void> {
    const { signal, unlink } = linkSignals(this.#ownershipEnded.signal, this.#parts.options.signal);
    try {
      throwIfAborted(signal);
      await this.#parts.options.producer.transaction((transaction) => this.#fill(transaction, signal));
      await this.#given?.settle("committed");
    } finally {
      for (const forget of this.#forget) forget();
      unlink();
    }
  }

  /** Reading goes back to before the transaction. Where its offsets were given along, the producer has told what became of them, or nobody knows. */
  async undo(): Promise<void> {
    if (this.#given === undefined) this.#parts.offsets.rewind(this.batches);
    else await this.#given.settle("unknown");
  }

  /** What is done besides goes along: where reading began, and what was stepped over in partitions without messages. */
  offsetsInTransaction(done: Committable): OffsetsInTransaction {
    this.#given = this.#parts.offsets.offsetsInTransaction(done, { withOthersDue: true });
    return this.#given;
  }

  /** The same as {@link undo}, for a producer that takes reading back by itself. */
  takeBack(): Promise<void> {
    return this.undo();
  }

  async #fill(transaction: TransformTransaction<Result>, signal: AbortSignal): Promise<void> {
    this.#isBegun = true;
    const sent: Promise<unknown>[] = [];
    const endsAt = this.#parts.clock.monotonic() + this.#parts.options.transactionMs;
    for (let batch = this.batches[0]; batch !== undefined; batch = await this.#more(endsAt)) {
      throwIfAborted(signal);
      sent.push(...(await this.#process(batch, { transaction, signal })));
    }
    await Promise.all(sent);
    throwIfAborted(signal);
    this.#wasMoved = !this.#parts.loop.holdsAll;
    if (this.#wasMoved) throw readingMoved();
    await transaction.sendOffsets({ consumer: this, offsets: this.batches });
  }

  /** Works on a batch and sends what comes of it; the promises are those of the sending. */
  async #process(
    batch: MessageBatch,
    { transaction, signal }: { readonly transaction: TransformTransaction<Result>; readonly signal: AbortSignal },
  ): Promise<Promise<unknown>[]> {
    const { work, options } = this.#parts;
    this.#working = batch;
    const topicMessages = resultsByTopic(await this.#patiently(async () => work(batch, { signal })), options.to);
    this.#working = undefined;
    if (topicMessages.length === 0) return [];
    const sending = transaction.sendBatch({ topicMessages });
    // Looked at when all batches have been worked on; until then nobody else does.
    sending.catch(() => undefined);
    return [sending];
  }

  /** What the work makes, unless it still runs when nobody wants it: work that hangs is not to hold up whoever ends the transform. */
  async #patiently<Made>(work: () => Promise<Made>): Promise<Made> {
    const { options, abandoned } = this.#parts;
    const { signal, unlink } = linkSignals(options.signal, abandoned);
    try {
      return await abortable(work(), signal);
    } finally {
      unlink();
    }
  }

  async #more(endsAt: number): Promise<MessageBatch | undefined> {
    const { clock, loop, options } = this.#parts;
    if (this.#isAlone || clock.monotonic() >= endsAt) return undefined;
    const left = options.maxMessages - this.batches.reduce((count, { length }) => count + length, 0);
    if (left <= 0) return undefined;
    const batch = await loop.more(left);
    if (batch !== undefined) this.#take(batch);
    return batch;
  }

  /** The transaction ends when the stay of one of its partitions does: others may read it by then. */
  #take(batch: MessageBatch): void {
    this.batches.push(batch);
    const ended = this.#parts.offsets.ownershipEnded(batch);
    this.#forget.push(onAbort(ended, () => this.#ownershipEnded.abort(ended.reason)));
  }
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw abortedBy(signal);
}
