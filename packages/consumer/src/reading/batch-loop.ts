import type { Holding } from "../partitions/ledger.js";
import { Collection } from "./collection.js";
import { messageBatchChannel, traceHand } from "./hand-trace.js";
import { Loop, type LoopOptions } from "./loop.js";
import type { MessageBatch } from "./message-batch.js";
import type { OpenBatch } from "./open-batch.js";
import type { Reader } from "./reader.js";

/** How a loop over batches is run. */
export interface BatchLoopOptions extends LoopOptions {
  readonly maxMessages: number;
  /** Done whenever there is nothing to hand out. Default: nothing. */
  readonly idle?: () => Promise<void>;
}

/** A batch in the application's hand. */
interface Hand {
  readonly holding: Holding;
  readonly run: Collection;
}

/** A loop over batches: one is in hand, or several that were asked for with {@link more}, and done as a whole when the next is asked for. */
export class BatchLoop extends Loop<MessageBatch> {
  readonly idle: (() => Promise<void>) | undefined;
  readonly #maxMessages: number;
  /** How many messages the batch that is asked for has at most. */
  #room: number;
  #hands: Hand[] = [];

  constructor(reader: Reader, { maxMessages, idle, ...options }: BatchLoopOptions) {
    super(reader, options);
    this.idle = idle;
    this.#maxMessages = maxMessages;
    this.#room = maxMessages;
  }

  override get isEmptyHanded(): boolean {
    return !this.#hands.some(isHeld);
  }

  /** Whether reading was not moved elsewhere, by a seek or a rebalance, since what is in hand was handed out. */
  get holdsAll(): boolean {
    return this.#hands.every(isHeld);
  }

  /**
   * One batch more of up to so many messages, if it can be had at once. What is in hand stays there, and becomes done together with it. What keeps it from being read comes
   * up when the next is asked for.
   */
  async more(maxMessages: number): Promise<MessageBatch | undefined> {
    if (this.state !== "idle") return undefined;
    this.#room = maxMessages;
    // What was spoiled is fetched again, and spoils the next step then.
    const batch = await this.reader.askForMore(this).catch(() => undefined);
    this.#room = this.#maxMessages;
    return batch;
  }

  settle(): void {
    const hands = this.#hands;
    this.#hands = [];
    for (const { run, holding } of hands) run.partition.ledger.complete(holding);
    if (hands.length > 0) this.endTrace(hands.every(({ holding }) => holding.state === "done"));
  }

  interrupted(): void {
    // Every batch is asked for by the long way.
  }

  protected override async takeOf(open: OpenBatch): Promise<MessageBatch | undefined> {
    const { partition } = open;
    const run = new Collection(open, this.#room);
    const hand: Hand = { run, holding: partition.ledger.take(run, open.source.leaderEpoch) };
    this.#hands.push(hand);
    this.current = undefined;
    try {
      this.current = await run.fill(this.reader.feed, () => isHeld(hand));
    } catch (error) {
      // What is in the way of later messages comes up the next time: it was dropped, and is fetched again.
      if (run.length === 0) this.#dropEmpty(hand);
      if (run.length === 0) throw error;
    }
    // Something may have happened while a batch was decompressed: then nothing is handed out.
    if (!isHeld(hand) || !partition.isReadable || !this.reader.isReading) this.#putBack([hand]);
    else if (run.length === 0) this.#dropEmpty(hand);
    else return this.#handed(run.toMessageBatch());
    return undefined;
  }

  #handed(batch: MessageBatch): MessageBatch {
    const { name } = this.reader;
    if (messageBatchChannel.hasSubscribers) this.traced(traceHand(messageBatchChannel, { ...name, batch }));
    return batch;
  }

  /** There was nothing in it for the application. */
  #dropEmpty(hand: Hand): void {
    this.#hands = this.#hands.filter((each) => each !== hand);
    hand.run.partition.ledger.complete(hand.holding);
  }

  protected override putBack(): void {
    this.#putBack(this.#hands);
  }

  /** Gives these back, and what is half read; the last of them first, since what lies in front is put back last. */
  #putBack(hands: readonly Hand[]): void {
    const { current } = this;
    this.current = undefined;
    this.#hands = this.#hands.filter((each) => !hands.includes(each));
    const isPartOfHand = hands.some((hand) => isHeld(hand) && hand.run.batches.at(-1) === current?.batch);
    if (current !== undefined && !isPartOfHand) this.reader.feed.putBack(current);
    for (const hand of hands.toReversed())
      if (isHeld(hand)) this.reader.feed.giveBack(hand.run.partition, hand.holding);
  }
}

function isHeld({ holding }: Hand): boolean {
  return holding.state === "held";
}
