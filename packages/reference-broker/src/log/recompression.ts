import {
  type CompressionName,
  ErrorCode,
  readBatches,
  type RecordBatch,
  type RecordToWrite,
  writeBatchAsync,
} from "@moldau/protocol-codec";
import { LogError } from "./log-error.js";

/** What the topic wants of a batch whose compression it changes. */
export interface RecompressionRules {
  readonly compression: CompressionName;
  /** `max.message.bytes`, which the changed batch has to keep to as well. */
  readonly maxMessageBytes: number;
  readonly partitionName: string;
}

/**
 * The same batch with its records compressed as the topic's `compression.type` says.
 *
 * Throws MESSAGE_TOO_LARGE when it grows beyond `max.message.bytes` by that.
 */
export async function recompressed(batch: RecordBatch, rules: RecompressionRules): Promise<RecordBatch> {
  const { compression, maxMessageBytes, partitionName } = rules;
  const { producerId, producerEpoch, baseSequence, isTransactional } = batch;
  const header = { compression, producerId, producerEpoch, baseSequence, isTransactional };
  const bytes = await writeBatchAsync(header, await recordsOf(batch));
  if (bytes.length > maxMessageBytes) {
    const sentence = `a batch for ${partitionName} has ${bytes.length} bytes once its compression is ${compression}`;
    throw new LogError(
      ErrorCode.MESSAGE_TOO_LARGE,
      `${sentence}, more than the ${maxMessageBytes} that max.message.bytes allows`,
    );
  }
  for (const written of readBatches(bytes, { verifyCrc: false })) return written;
  throw new Error(`a batch for ${partitionName} was lost while its compression was changed`);
}

async function recordsOf(batch: RecordBatch): Promise<RecordToWrite[]> {
  const cursor = await batch.openAsync();
  const records: RecordToWrite[] = [];
  while (cursor.next()) {
    const { exactTimestamp: timestamp, key, value, headers } = cursor;
    records.push({ timestamp, key, value, headers });
  }
  return records;
}
