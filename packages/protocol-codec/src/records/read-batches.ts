import { asBuffer, invalidArgument, kindOf, requireObject } from "../arguments.js";
import { requireCodecs } from "../compression/codec-calls.js";
import { DecodeError } from "../errors.js";
import { CurrentRecordBatch } from "./current-batch.js";
import { field, logOverhead } from "./layout.js";
import { LegacyRecordBatch } from "./legacy-batch.js";
import { smallestLegacyMessage } from "./legacy-message.js";
import type { RecordBatch, RecordReadOptions } from "./batch.js";

/** How a record set is read. */
export interface ReadBatchesOptions extends RecordReadOptions {
  /** Whether every batch's checksum is computed and compared. Default true. */
  readonly verifyCrc?: boolean;
}

/**
 * Yields the batches of a record set as they stand in a Fetch response, a Produce request or a log segment; null holds none.
 *
 * A list of buffers is read as if joined; only a batch that crosses a border is copied. A batch cut off at the end is
 * left out, as fetch responses may end so. Messages of magic 0 and 1 come as batches too. Throws DecodeError when the
 * bytes cannot be batches, and with the code `CORRUPT_MESSAGE` when a checksum is wrong; at once, and with the code
 * `CLIENT_INVALID_ARGUMENT`, when an argument is of the wrong kind.
 */
export function readBatches(
  recordSet: Uint8Array | readonly Uint8Array[] | null,
  options: ReadBatchesOptions = {},
): Generator<RecordBatch, void, undefined> {
  requireObject(options, "options", "{ maxDecompressedBytes: 1_048_576 }");
  const { maxDecompressedBytes = 0 } = options;
  if (!Number.isInteger(maxDecompressedBytes) || maxDecompressedBytes < 0)
    throw invalidArgument(`maxDecompressedBytes: a whole number of bytes wanted, not ${kindOf(maxDecompressedBytes)}`);
  requireCodecs(options.codecs);
  const pieces = Array.isArray(recordSet) ? recordSet : recordSet === null ? [] : [recordSet];
  return readPieces(
    pieces.map((piece: Uint8Array) => asBuffer(piece, "recordSet")),
    options,
  );
}

function* readPieces(pieces: readonly Buffer[], options: ReadBatchesOptions): Generator<RecordBatch, void, undefined> {
  const [only] = pieces;
  if (only !== undefined && pieces.length === 1) {
    yield* readWhole({ buffer: only, origin: 0 }, 0, options);
    return;
  }
  const torn = new TornBatch();
  let origin = 0;
  for (const piece of pieces) {
    const stretch = { buffer: piece, origin };
    const start = torn.length === 0 ? 0 : torn.add(stretch, 0);
    if (torn.isWhole) yield* readWhole(torn.take(), 0, options);
    if (torn.length === 0) torn.add(stretch, yield* readWhole(stretch, start, options));
    origin += piece.length;
  }
}

/** Bytes of a record set, and where in it they begin. */
interface Stretch {
  readonly buffer: Buffer;
  readonly origin: number;
}

/** Yields the whole batches from a position on and returns where they end. */
function* readWhole(
  stretch: Stretch,
  start: number,
  options: ReadBatchesOptions,
): Generator<RecordBatch, number, undefined> {
  let position = start;
  for (;;) {
    const batch = batchAt(stretch, position, options);
    if (batch === undefined) return position;
    yield batch;
    position += batch.sizeInBytes;
  }
}

/** The batch at a position, checked; undefined when it is not there to its end. */
function batchAt({ buffer, origin }: Stretch, position: number, options: ReadBatchesOptions): RecordBatch | undefined {
  try {
    const size = sizeOfBatch(buffer, position);
    if (size === undefined || size > buffer.length - position) return undefined;
    const batch = openBatch(buffer, position, options);
    if (options.verifyCrc !== false && !batch.isValid()) throw corrupt(batch, position);
    return batch;
  } catch (error) {
    throw moved(error, origin);
  }
}

/** The same failure, its position counted from the beginning of the whole set. */
function moved(error: unknown, by: number): unknown {
  if (!(error instanceof DecodeError) || by === 0) return error;
  const { code, message, retriable, position = 0, offset } = error;
  const facts = { code, retriable, position: position + by };
  return new DecodeError(message, offset === undefined ? facts : { ...facts, offset });
}

/** The size of the batch at a position, which its first bytes tell; undefined when fewer are there. */
function sizeOfBatch(buffer: Buffer, position: number): number | undefined {
  if (buffer.length - position < logOverhead) return undefined;
  const length = buffer.readInt32BE(position + field.batchLength);
  if (length < smallestLegacyMessage) {
    throw new DecodeError(`A batch of ${length} bytes is too small to be one.`, { code: "CORRUPT_MESSAGE", position });
  }
  return logOverhead + length;
}

function openBatch(buffer: Buffer, position: number, options: RecordReadOptions): RecordBatch {
  const magic = buffer.readInt8(position + field.magic);
  if (magic === 2) return new CurrentRecordBatch(buffer, position, options);
  if (magic === 0 || magic === 1) return new LegacyRecordBatch(buffer, position, options);
  throw new DecodeError(`A batch has magic ${magic}; 0, 1 and 2 are known.`, { code: "CORRUPT_MESSAGE", position });
}

/** The pieces of one batch that crosses the border between two buffers or more. */
class TornBatch {
  #pieces: Buffer[] = [];
  length = 0;
  /** Where in the whole set it begins. */
  #origin = 0;
  /** Bytes wanted: first those that tell the size, then that size. */
  #wanted: number = logOverhead;

  get isWhole(): boolean {
    return this.length > 0 && this.length === this.#wanted && this.#wanted > logOverhead;
  }

  /** Takes what the batch lacks, or all there is, from a piece and returns the position after it. */
  add({ buffer, origin }: Stretch, position: number): number {
    if (this.length === 0) this.#origin = origin + position;
    while (this.length < this.#wanted && position < buffer.length) {
      const part = buffer.subarray(position, position + this.#wanted - this.length);
      this.#pieces.push(part);
      this.length += part.length;
      position += part.length;
      if (this.length === logOverhead) this.#wanted = this.#size();
    }
    return position;
  }

  take(): Stretch {
    const buffer = this.#joined();
    this.#pieces = [];
    this.length = 0;
    this.#wanted = logOverhead;
    return { buffer, origin: this.#origin };
  }

  #size(): number {
    try {
      return sizeOfBatch(this.#joined(), 0) ?? this.#wanted;
    } catch (error) {
      throw moved(error, this.#origin);
    }
  }

  #joined(): Buffer {
    return Buffer.concat(this.#pieces, this.length);
  }
}

function corrupt(batch: RecordBatch, position: number): DecodeError {
  // The offset is read from the bytes, as a legacy batch would have to be decompressed to tell its base offset.
  const offset = batch.buffer.readBigInt64BE(batch.start);
  return new DecodeError(`The batch at offset ${offset} has a wrong checksum.`, {
    code: "CORRUPT_MESSAGE",
    retriable: true,
    offset,
    position,
  });
}
