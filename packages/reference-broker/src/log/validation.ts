import {
  crc32c,
  DecodeError,
  ErrorCode,
  readBatches,
  type RecordBatch,
  type RecordCursor,
} from "@moldau/protocol-codec";
import { batchOverheadBytes } from "./batch-header.js";
import type { LogConfig } from "./log-config.js";
import { LogError, type RecordError } from "./log-error.js";

/** Who appends, which decides what is checked: clients are trusted in nothing, followers copy what a leader has checked. */
export type AppendOrigin = "client" | "coordinator" | "replication";

/** What the checks of a client's batch need to know. */
export interface ClientBatchRules {
  readonly config: LogConfig;
  /** Version of the Produce request. Default: the newest. */
  readonly produceVersion: number | undefined;
  /** For the messages: which partition. */
  readonly partitionName: string;
}

/**
 * The one batch of a Produce request's partition, with everything checked that its header tells, as Apache Kafka checks it.
 *
 * Throws a {@link LogError} with INVALID_RECORD, CORRUPT_MESSAGE, MESSAGE_TOO_LARGE or UNSUPPORTED_COMPRESSION_TYPE.
 */
export function checkClientBatch(records: Buffer, rules: ClientBatchRules): RecordBatch {
  const batch = onlyBatch(records, rules.partitionName);
  const { config, partitionName } = rules;
  if (batch.magic !== 2)
    throw invalid(
      `a batch for ${partitionName} has magic ${batch.magic}; Produce requests from version 3 on take magic 2 only`,
    );
  if (batch.baseOffset !== 0n)
    throw invalid(`the base offset of a batch for ${partitionName} is ${batch.baseOffset}; clients have to send 0`);
  if (batch.sizeInBytes > config.maxMessageBytes) {
    throw new LogError(
      ErrorCode.MESSAGE_TOO_LARGE,
      `a batch of ${batch.sizeInBytes} bytes for ${partitionName} is larger than the ${config.maxMessageBytes} bytes that max.message.bytes allows`,
    );
  }
  if (!batch.isValid())
    throw new LogError(
      ErrorCode.CORRUPT_MESSAGE,
      `a batch for ${partitionName} is corrupt: its CRC-32C is not ${batch.crc}`,
    );
  checkCompression(batch, rules);
  checkCounts(batch, partitionName);
  if (batch.isControl) throw invalid(`clients may not write control records to ${partitionName}`);
  if (batch.producerId >= 0n && batch.baseSequence < 0) {
    throw invalid(
      `a batch of producer ${batch.producerId} for ${partitionName} has sequence number ${batch.baseSequence}`,
    );
  }
  return batch;
}

/**
 * Checks every record of a client's batch and returns the largest timestamp among them (-1: none).
 *
 * The offset deltas have to be 0, 1, 2 …; Apache Kafka renumbers the records of compressed batches instead and looks away otherwise.
 * With a record at fault the whole batch is refused: INVALID_TIMESTAMP when any has a bad timestamp, else INVALID_RECORD, with a
 * sentence about each.
 */
export function checkRecords(
  cursor: RecordCursor,
  batch: RecordBatch,
  { config, partitionName, now }: RecordRules,
): number {
  const earliest = now - config.messageTimestampBeforeMaxMs;
  const latest = now + config.messageTimestampAfterMaxMs;
  const checksTime = config.messageTimestampType === "CreateTime";
  const isAppendTime = batch.timestampType === "LogAppendTime";
  let errors: FaultyRecord[] | undefined;
  let maxTimestamp = -1;
  let index = 0;
  for (; cursor.next(); index++) {
    const timestamp = cursor.timestamp;
    if (timestamp > maxTimestamp) maxTimestamp = timestamp;
    const isOutOfTime = checksTime && timestamp !== -1 ? timestamp < earliest || timestamp > latest : isAppendTime;
    if (cursor.offsetDelta === index && !isOutOfTime && !(config.isCompacted && cursor.keyLength < 0)) continue;
    const fault = { index, timestamp, offsetDelta: cursor.offsetDelta, isOutOfTime, hasKey: cursor.keyLength >= 0 };
    (errors ??= []).push(describeFault(fault, { config, partitionName, now }));
  }
  if (errors !== undefined) throw refusal(errors);
  return maxTimestamp;
}

/** What the checks of single records need to know. */
export interface RecordRules {
  readonly config: LogConfig;
  readonly partitionName: string;
  /** The broker's time, in milliseconds since 1970. */
  readonly now: number;
}

/** Corrects the largest timestamp in a batch's header, and its CRC-32C, when the records say otherwise. */
export function correctMaxTimestamp(batch: RecordBatch, maxTimestamp: number): void {
  if (batch.maxTimestamp === maxTimestamp) return;
  batch.buffer.writeBigInt64BE(BigInt(maxTimestamp), batch.start + 35);
  batch.buffer.writeUInt32BE(crc32c(batch.buffer, batch.start + 21, batch.start + batch.sizeInBytes), batch.start + 17);
}

/** Turns what reading records threw into what the client is told. */
export function unreadable(error: unknown, partitionName: string): unknown {
  if (!(error instanceof DecodeError)) return error;
  const errorCode = error.code === "CORRUPT_MESSAGE" ? ErrorCode.CORRUPT_MESSAGE : ErrorCode.INVALID_RECORD;
  return new LogError(errorCode, `the records for ${partitionName} cannot be read: ${error.message}`, { cause: error });
}

interface FaultyRecord extends RecordError {
  readonly isTimestamp: boolean;
}

interface Fault {
  readonly index: number;
  readonly timestamp: number;
  readonly offsetDelta: number;
  readonly isOutOfTime: boolean;
  readonly hasKey: boolean;
}

function onlyBatch(records: Buffer, partitionName: string): RecordBatch {
  let only: RecordBatch | undefined;
  try {
    for (const batch of readBatches(records, { verifyCrc: false })) {
      if (only !== undefined)
        throw invalid(
          `a Produce request has to hold exactly one record batch for ${partitionName}, this one holds more`,
        );
      only = batch;
    }
  } catch (error) {
    throw unreadable(error, partitionName);
  }
  if (only === undefined) {
    const has = records.length < batchOverheadBytes ? "none" : "none that is whole";
    throw invalid(`a Produce request has to hold exactly one record batch for ${partitionName}, this one holds ${has}`);
  }
  return only;
}

function checkCompression(batch: RecordBatch, { produceVersion, partitionName }: ClientBatchRules): void {
  const codec = batch.attributes & 0x07;
  if (codec > 4)
    throw new LogError(
      ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
      `a batch for ${partitionName} has the unknown compression type ${codec}`,
    );
  if (codec === 4 && produceVersion !== undefined && produceVersion < 7) {
    throw new LogError(
      ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
      `a batch for ${partitionName} is compressed with zstd, which needs Produce version 7; this request has version ${produceVersion}`,
    );
  }
}

function checkCounts(batch: RecordBatch, partitionName: string): void {
  const { count, lastOffsetDelta } = batch;
  if (lastOffsetDelta < 0) throw invalid(`a batch for ${partitionName} has the last offset delta ${lastOffsetDelta}`);
  if (count <= 0) throw invalid(`a batch for ${partitionName} says that it holds ${count} records`);
  if (lastOffsetDelta + 1 !== count) {
    throw invalid(
      `a batch for ${partitionName} spans ${lastOffsetDelta + 1} offsets but says that it holds ${count} records`,
    );
  }
}

function describeFault(fault: Fault, { config, partitionName, now }: RecordRules): FaultyRecord {
  const { index: batchIndex } = fault;
  if (config.isCompacted && !fault.hasKey) {
    return {
      batchIndex,
      isTimestamp: false,
      message: `Compacted topic cannot accept message without key in topic partition ${partitionName}.`,
    };
  }
  if (!fault.isOutOfTime) {
    return {
      batchIndex,
      isTimestamp: false,
      message: `record ${batchIndex} of a batch for ${partitionName} has offset delta ${fault.offsetDelta}`,
    };
  }
  if (config.messageTimestampType === "CreateTime" && fault.timestamp !== -1) {
    const [earliest, latest] = [now - config.messageTimestampBeforeMaxMs, now + config.messageTimestampAfterMaxMs];
    const bounds = `[${asInt64(earliest)}, ${asInt64(latest)}]`;
    return {
      batchIndex,
      isTimestamp: true,
      message: `timestamp ${fault.timestamp} of record ${batchIndex} is out of range, it has to be within ${bounds}`,
    };
  }
  return {
    batchIndex,
    isTimestamp: true,
    message: `record ${batchIndex}: a producer may not set the timestamp type to LogAppendTime`,
  };
}

/** Times without limit as Kafka prints them: the first and the last that there is. */
function asInt64(time: number): string {
  if (Number.isFinite(time)) return String(time);
  return time < 0 ? "-9223372036854775808" : "9223372036854775807";
}

function refusal(errors: readonly FaultyRecord[]): LogError {
  const recordErrors = errors.map(({ batchIndex, message }) => ({ batchIndex, message }));
  if (errors.some((error) => error.isTimestamp)) {
    return new LogError(
      ErrorCode.INVALID_TIMESTAMP,
      "One or more records have been rejected due to invalid timestamp",
      { recordErrors },
    );
  }
  return new LogError(
    ErrorCode.INVALID_RECORD,
    `One or more records have been rejected due to ${errors.length} record errors in total`,
    { recordErrors },
  );
}

function invalid(message: string): LogError {
  return new LogError(ErrorCode.INVALID_RECORD, message);
}
