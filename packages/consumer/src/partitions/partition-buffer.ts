import { DecodeError, readBatches, type ReadBatchesOptions, type RecordBatch } from "@moldau/protocol-codec";
import { AbortedTransactions, type AbortedTransaction } from "./aborted-transactions.js";

/** The records of one answer, and which of their transactions were aborted: undefined when none was. */
interface RecordSet {
  readonly records: Buffer;
  readonly aborted: AbortedTransactions | undefined;
}

/** A record set that is being walked. */
interface Walk extends RecordSet {
  readonly batches: Generator<RecordBatch, void, undefined>;
  bytesLeft: number;
}

/**
 * The record batches of one partition that were fetched and not read yet.
 *
 * Nothing of an answer is looked at when it arrives: headers are walked, checksums computed and records decompressed batch
 * by batch as the reader gets there, so that an answer of many megabytes never holds the event loop up.
 */
export class PartitionBuffer {
  readonly #options: ReadBatchesOptions;
  /** Record sets not begun, oldest first. */
  #sets: RecordSet[] = [];
  /** The record set that is being walked. */
  #walk: Walk | undefined;
  /** Batches that were put back, the next one last. */
  #returned: RecordBatch[] = [];
  #bytes = 0;
  #passed = -1n;
  #passedEpoch = -1;

  constructor(options: ReadBatchesOptions = {}) {
    this.#options = options;
  }

  /** Bytes fetched and not read yet, as they came over the wire. */
  get bytes(): number {
    return this.#bytes;
  }

  get isEmpty(): boolean {
    return this.#bytes === 0;
  }

  /** Offset behind the last batch that was taken or left out; -1n when there was none since {@link clear}. */
  get passed(): bigint {
    return this.#passed;
  }

  /** Epoch of the leader that took the last batch that was taken or left out; -1 when there was none since {@link clear}, or it is unknown. */
  get passedEpoch(): number {
    return this.#passedEpoch;
  }

  /** Offset behind the next batch that was not looked at yet, as its header has it; undefined when there is none, or no telling. */
  get endOfNext(): bigint | undefined {
    const walk = this.#walk;
    return walk === undefined ? undefined : endOfBatch(walk.records, walk.records.length - walk.bytesLeft);
  }

  /** Adds the record set of an answer behind what is there, with the transactions in it whose messages are to be left out. */
  push(records: Buffer, aborted: readonly AbortedTransaction[] = []): void {
    this.#sets.push({ records, aborted: aborted.length === 0 ? undefined : new AbortedTransactions(aborted) });
    this.#bytes += records.length;
  }

  /**
   * Takes the next whole batch, its checksum verified; undefined when there is none. Batches of aborted transactions are left out.
   *
   * @throws {DecodeError} when the bytes are no batch; what is left of the buffer is worthless then.
   */
  shift(): RecordBatch | undefined {
    const returned = this.#returned.pop();
    if (returned !== undefined) {
      this.#bytes -= returned.sizeInBytes;
      return returned;
    }
    for (;;) {
      const walk = this.#walk ?? this.#begin();
      if (walk === undefined) return undefined;
      const { value: batch } = walk.batches.next();
      if (batch !== undefined) {
        walk.bytesLeft -= batch.sizeInBytes;
        this.#bytes -= batch.sizeInBytes;
        this.#passed = batch.nextOffset;
        this.#passedEpoch = batch.partitionLeaderEpoch;
        if (walk.aborted?.drops(batch) === true) continue;
        return batch;
      }
      // What is left is a batch that was cut off: it is fetched again.
      this.#bytes -= walk.bytesLeft;
      this.#walk = undefined;
    }
  }

  /** Puts batches back, in their order, in front of everything else. */
  unshift(batches: readonly RecordBatch[]): void {
    for (const batch of batches.toReversed()) {
      this.#returned.push(batch);
      this.#bytes += batch.sizeInBytes;
    }
  }

  /**
   * Copies what is left out of the answers that it came in, where that is but a small part of them: a partition that is not
   * being read must not keep whole answers in memory. Each byte is copied at most once.
   */
  detach(): void {
    this.#sets = this.#sets.map(({ records, aborted }) => ({ records: detached(records), aborted }));
    const walk = this.#walk;
    if (walk === undefined || walk.bytesLeft === 0) return;
    const left = walk.records.subarray(walk.records.length - walk.bytesLeft);
    const own = detached(left);
    if (own !== left) this.#walk = this.#walkOver({ records: own, aborted: walk.aborted });
  }

  clear(): void {
    this.#sets = [];
    this.#walk = undefined;
    this.#returned = [];
    this.#bytes = 0;
    this.#passed = -1n;
    this.#passedEpoch = -1;
  }

  #begin(): Walk | undefined {
    const set = this.#sets.shift();
    if (set === undefined) return undefined;
    this.#walk = this.#walkOver(set);
    return this.#walk;
  }

  #walkOver({ records, aborted }: RecordSet): Walk {
    return { records, aborted, batches: readBatches(records, this.#options), bytesLeft: records.length };
  }
}

/** Answers up to this size are kept as they are, in bytes. */
const smallAnswer = 256 * 1024;

function detached(records: Buffer): Buffer {
  const kept = records.buffer.byteLength;
  if (kept <= smallAnswer || records.length * 4 > kept) return records;
  // Not from the pool of small buffers, which would be kept instead.
  const own = Buffer.allocUnsafeSlow(records.length);
  records.copy(own);
  return own;
}

const positionOfLength = 8;
const positionOfEpoch = 12;
const positionOfMagic = 16;
const positionOfLastDelta = 23;
const overhead = 12;
const smallestMessage = 14;
const smallestBatch = 49;

/** Where a record set ends. */
export interface BatchEnd {
  /** The offset behind its last whole batch. */
  readonly nextOffset: bigint;
  /** Epoch of the leader that took that batch; -1 when it does not tell. */
  readonly leaderEpoch: number;
}

/**
 * Where the last whole batch of a record set ends, undefined when it holds none. It hops from header to header, about ten
 * nanoseconds each: the next fetch has to know it before the batches have been read.
 *
 * @throws {DecodeError} when what it begins with cannot be a batch.
 */
export function endOfRecords(records: Buffer): BatchEnd | undefined {
  let last = -1;
  for (let position = 0; position + positionOfMagic < records.length;) {
    const length = records.readInt32BE(position + positionOfLength);
    const isBatch = length >= (records.readInt8(position + positionOfMagic) < 2 ? smallestMessage : smallestBatch);
    // What comes before is good and is read first; the reader, or the next fetch, stumbles over this one.
    if (!isBatch && last < 0) throw tooSmall(length, position);
    if (!isBatch || length > records.length - position - overhead) break;
    last = position;
    position += overhead + length;
  }
  const nextOffset = last < 0 ? undefined : endOfBatch(records, last);
  return nextOffset === undefined ? undefined : { nextOffset, leaderEpoch: epochOfBatch(records, last) };
}

/** Message sets of magic 0 and 1 do not tell. */
function epochOfBatch(records: Buffer, position: number): number {
  return records.readInt8(position + positionOfMagic) < 2 ? -1 : records.readInt32BE(position + positionOfEpoch);
}

/** The offset behind the batch that begins at a position; undefined when not all of its header is there. */
function endOfBatch(records: Buffer, position: number): bigint | undefined {
  if (position + positionOfMagic >= records.length) return undefined;
  const offset = records.readBigInt64BE(position);
  // Message sets of magic 0 and 1 state the offset of their last message, batches that of their first.
  if (records.readInt8(position + positionOfMagic) < 2) return offset + 1n;
  if (position + positionOfLastDelta + 4 > records.length) return undefined;
  return offset + BigInt(records.readInt32BE(position + positionOfLastDelta)) + 1n;
}

function tooSmall(length: number, position: number): DecodeError {
  return new DecodeError(`A batch of ${length} bytes is too small to be one.`, { code: "CORRUPT_MESSAGE", position });
}
