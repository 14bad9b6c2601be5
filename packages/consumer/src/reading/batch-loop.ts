import type { Holding } from "../partitions/ledger.js";
import { Collection } from "./collection.js";
import { messageBatchChannel, traceHand } from "./hand-trace.js";
import { Loop, type LoopOptions } from "./loop.js";
import type { MessageBatch } from "./message-batch.js";
import type { OpenBatch } from "./open-batch.js";
import type { Reader } from "./reader.js";

/** A loop over batches: one is in hand, and done as a whole when the next is asked for. */
export class BatchLoop extends Loop<MessageBatch> {
  readonly #maxMessages: number;
  #hand: { readonly holding: Holding; readonly run: Collection } | undefined;

  constructor(reader: Reader, { maxMessages, ...options }: LoopOptions & { readonly maxMessages: number }) {
    super(reader, options);
    this.#maxMessages = maxMessages;
  }

  override get isEmptyHanded(): boolean {
    return this.#hand?.holding.state !== "held";
  }

  settle(): void {
    const hand = this.#hand;
    this.#hand = undefined;
    if (hand === undefined) return;
    hand.run.partition.ledger.complete(hand.holding);
    this.endTrace(hand.holding.state === "done");
  }

  interrupted(): void {
    // Every batch is asked for by the long way.
  }

  protected override async takeOf(open: OpenBatch): Promise<MessageBatch | undefined> {
    const { partition } = open;
    const run = new Collection(open, this.#maxMessages);
    const holding = partition.ledger.take(run, open.source.leaderEpoch);
    this.#hand = { run, holding };
    this.current = undefined;
    try {
      this.current = await run.fill(this.reader.feed, () => holding.state === "held");
    } catch (error) {
      // What is in the way of later messages comes up the next time: it was dropped, and is fetched again.
      if (run.length === 0) this.settle();
      if (run.length === 0) throw error;
    }
    // Something may have happened while a batch was decompressed: then nothing is handed out.
    if (holding.state !== "held" || !partition.isReadable || !this.reader.isReading) this.putBack();
    else if (run.length === 0) this.settle();
    else return this.#handed(run.toMessageBatch());
    return undefined;
  }

  #handed(batch: MessageBatch): MessageBatch {
    const { name } = this.reader;
    if (messageBatchChannel.hasSubscribers) this.traced(traceHand(messageBatchChannel, { ...name, batch }));
    return batch;
  }

  protected override putBack(): void {
    const { current } = this;
    const hand = this.isEmptyHanded ? undefined : this.#hand;
    this.current = undefined;
    this.#hand = undefined;
    // What lies in front is put back last.
    if (current !== undefined && hand?.run.batches.at(-1) !== current.batch) this.reader.feed.putBack(current);
    if (hand !== undefined) this.reader.feed.giveBack(hand.run.partition);
    else if (current !== undefined) this.reader.feed.putBack(current);
  }
}
