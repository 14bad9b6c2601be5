import type { RecordBatch } from "@moldau/protocol-codec";
import type { Holding, Run } from "../partitions/ledger.js";
import { messageChannel, traceHand } from "./hand-trace.js";
import { Loop, type LoopOptions } from "./loop.js";
import { Message } from "./message.js";
import type { OpenBatch } from "./open-batch.js";
import type { Pace } from "./pace.js";
import type { Reader } from "./reader.js";

const resolved = Promise.resolve();

/** A loop over messages: one is in hand, and done when the next is asked for. */
export class MessageLoop extends Loop<Message> {
  #hand: { readonly holding: Holding; readonly run: MessageRun } | undefined;
  /** The current batch, as long as the next message may be taken from it without looking at anything else. */
  #quick: OpenBatch | undefined;
  #buffered: Message | undefined;
  readonly #pace: Pace;

  constructor(reader: Reader, options?: LoopOptions) {
    super(reader, options);
    this.#pace = reader.pace;
  }

  override get isEmptyHanded(): boolean {
    return this.#hand?.holding.state !== "held";
  }

  /** What is buffered takes one step of a cursor and one turn of the microtask queue. */
  override next(): Promise<IteratorResult<Message, undefined>> {
    const message = this.state === "idle" ? this.#step() : undefined;
    if (message === undefined) return super.next();
    this.state = "pending";
    this.#buffered = message;
    return resolved.then(this.#answer);
  }

  settle(): void {
    this.#quick = undefined;
    const hand = this.#hand;
    this.#hand = undefined;
    if (hand === undefined) return;
    hand.run.open.partition.ledger.complete(hand.holding);
    this.endTrace(hand.holding.state === "done");
  }

  interrupted(): void {
    this.#quick = undefined;
  }

  protected override takeOf(open: OpenBatch): Message | undefined {
    if (!this.#advance(open)) {
      this.current = undefined;
      this.reader.feed.finish(open);
      return undefined;
    }
    const run = new MessageRun(open);
    this.#hand = { run, holding: open.partition.ledger.take(run, open.source.leaderEpoch) };
    const message = new Message(open.source, open.cursor);
    // What is followed goes the long way, one by one; nobody else pays for that.
    if (messageChannel.hasSubscribers) this.traced(traceHand(messageChannel, { ...this.reader.name, message }));
    else this.#quick = open;
    return message;
  }

  protected override putBack(): void {
    const open = this.current;
    const isEmptyHanded = this.isEmptyHanded;
    this.current = undefined;
    this.#hand = undefined;
    this.#quick = undefined;
    if (open === undefined) return;
    if (isEmptyHanded) this.reader.feed.putBack(open);
    else this.reader.feed.giveBack(open.partition);
  }

  /** The next message where it takes but a step of the cursor, as for nearly all. The message in hand moves along with it. */
  #step(): Message | undefined {
    const open = this.#quick;
    if (open === undefined || this.#pace.isDueAfterStep()) return undefined;
    const { cursor } = open;
    const delta = cursor.offsetDelta;
    try {
      if (cursor.next()) return new Message(open.source, cursor);
    } catch (error) {
      // The cursor got stuck on its way, so it no longer tells which message was in hand.
      this.#hand?.run.stopAt(delta);
      this.settle();
      this.current = undefined;
      this.reader.fail(this.reader.feed.spoil(open.partition, error, open.batch));
    }
    return undefined;
  }

  #advance(open: OpenBatch): boolean {
    try {
      return open.advance();
    } catch (error) {
      this.current = undefined;
      throw this.reader.feed.spoil(open.partition, error, open.batch);
    }
  }

  // Runs just before whoever awaits goes on, so that a second next() in between is noticed.
  readonly #answer = (): IteratorResult<Message, undefined> => {
    const value = this.#buffered;
    this.#buffered = undefined;
    if (value === undefined || this.state !== "pending") return { done: true, value: undefined };
    this.state = "idle";
    return { done: false, value };
  };
}

/** The message at which the cursor of a batch stands. It moves with the cursor: what lies before is done. */
class MessageRun implements Run {
  readonly open: OpenBatch;
  readonly batches: readonly RecordBatch[];
  #delta: number | undefined;

  constructor(open: OpenBatch) {
    this.open = open;
    this.batches = [open.batch];
  }

  get from(): bigint {
    return this.#delta === undefined ? this.open.offset : this.open.source.baseOffset + BigInt(this.#delta);
  }

  get to(): bigint {
    return this.from + 1n;
  }

  /** The cursor does not tell any more. */
  stopAt(delta: number): void {
    this.#delta = delta;
  }
}
