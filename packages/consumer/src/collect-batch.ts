import type { RecordBatch } from "@moldau/protocol-codec";
import type { BatchPart } from "./message-batch.js";
import { Message } from "./message.js";
import type { OpenBatch } from "./open-batch.js";

/** What was taken for one batch of messages. */
export interface Collected {
  readonly parts: readonly BatchPart[];
  readonly length: number;
  /** The record batches that the messages lie in. */
  readonly batches: readonly RecordBatch[];
}

/** How the collector moves on. */
export interface CollectorSteps {
  /** Moves to the next record of the batch. */
  advance(open: OpenBatch): boolean;
  /** The batch was taken to its end. */
  finish(open: OpenBatch): void;
  /** Opens the partition's next batch, if there is one. */
  openNext(): Promise<OpenBatch | undefined>;
}

/**
 * Takes up to `maxMessages` of one partition, across record batches. A record batch that fits goes in whole and is read
 * when the application iterates it; one that has to be cut is walked now, and its rest stays open for the next time.
 */
export async function collectBatch(first: OpenBatch, maxMessages: number, steps: CollectorSteps): Promise<Collected> {
  const parts: BatchPart[] = [];
  const batches: RecordBatch[] = [];
  let length = 0;
  for (
    let open: OpenBatch | undefined = first;
    open !== undefined;
    open = length < maxMessages ? await steps.openNext() : undefined
  ) {
    const part: BatchPart = fitsWhole(open, maxMessages - length)
      ? { source: open.source, cursor: open.cursor }
      : { source: open.source, messages: take(open, maxMessages - length, steps) };
    batches.push(open.batch);
    if (part.messages === undefined) {
      length += open.batch.count;
      steps.finish(open);
    } else {
      length += part.messages.length;
    }
    parts.push(part);
  }
  return { parts, length, batches };
}

/** Whether all records may be taken without looking at them; a batch that was begun has been cut already. */
function fitsWhole(open: OpenBatch, room: number): boolean {
  return open.isWhole && !open.isBegun && open.batch.count <= room;
}

function take(open: OpenBatch, room: number, steps: CollectorSteps): Message[] {
  const messages: Message[] = [];
  while (messages.length < room) {
    if (!steps.advance(open)) {
      steps.finish(open);
      return messages;
    }
    messages.push(new Message(open.source, open.cursor));
  }
  open.partition.advanceTo(open.offset + 1n);
  return messages;
}
