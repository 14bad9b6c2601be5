import { BatchBuilder, readBatches, type RecordCursor } from "@moldau/protocol-codec";
import { finishOptions, type QueuedBatch } from "./queued-batch.js";
import { advanceSequence } from "./sequence.js";

/** The most that either half can take: no limit, as it is part of something that was within bounds. */
const unbounded = 0x7fffffff;

/**
 * Makes two batches out of one that the broker found too large (KIP-126).
 *
 * Together they hold the same records in the same order, so they also share out the sequence numbers, and what was sent
 * behind the batch stays in sequence.
 */
export function splitBatch(batch: QueuedBatch): readonly [QueuedBatch, QueuedBatch] {
  const boundary = Math.ceil(batch.count / 2);
  const builders = [new BatchBuilder({ maxBytes: unbounded }), new BatchBuilder({ maxBytes: unbounded })] as const;
  let position = 0;
  for (const whole of readBatches(batch.records ?? Buffer.alloc(0), { verifyCrc: false })) {
    for (const cursor = whole.open(); cursor.next(); position += 1)
      append(builders[position < boundary ? 0 : 1], cursor);
  }
  const options = finishOptions(batch.lane);
  const { stamp, place } = batch;
  const halves = batch.split(builders[0].finish(options), builders[1].finish(options), boundary);
  if (stamp) {
    halves[0].number(stamp, place);
    halves[1].number({ ...stamp, baseSequence: advanceSequence(stamp.baseSequence, boundary) }, place + 1);
  }
  return halves;
}

function append(builder: BatchBuilder, cursor: RecordCursor): void {
  builder.tryAppend(cursor.timestamp, cursor.key, cursor.value, cursor.headers);
}
