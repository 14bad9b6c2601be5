import { ErrorCode, readBatches, setBaseOffset, writeBatch, writeTransactionMarker } from "@moldau/protocol-codec";
import type { CoordinatorLog } from "../src/coordination/coordinator-log.js";
import { decodeGroupRecord, encodeGroupRecord, type GroupRecord } from "../src/groups/records.js";
import { LogError } from "../src/log/log-error.js";

/** A log of one partition of `__consumer_offsets` that is nothing but a list of batches, and fails or waits on demand. */
export class MemoryGroupLog implements CoordinatorLog {
  logStartOffset = 0n;
  logEndOffset = 0n;
  readonly leaderEpochs: number[] = [];
  /** Set: every append fails with this error of Kafka's. */
  failWith: number | undefined;
  /** Set: every append and read waits for it. */
  gate: Promise<void> | undefined;
  readonly #batches: { readonly baseOffset: bigint; readonly bytes: Buffer }[] = [];

  async append(
    records: Buffer,
    { leaderEpoch }: { readonly leaderEpoch: number },
  ): Promise<{ readonly firstOffset: bigint }> {
    await this.gate;
    if (this.failWith !== undefined) throw new LogError(this.failWith, "the test wants it so");
    this.leaderEpochs.push(leaderEpoch);
    return { firstOffset: this.#take(records) };
  }

  async read(offset: bigint): Promise<{ readonly records: readonly Buffer[] }> {
    await this.gate;
    if (offset < this.logStartOffset) throw new LogError(ErrorCode.OFFSET_OUT_OF_RANGE, "before the start");
    return {
      records: this.#batches
        .filter(({ baseOffset }) => baseOffset >= offset)
        .slice(0, 3)
        .map(({ bytes }) => bytes),
    };
  }

  /** Writes records of a producer's transaction, as TxnOffsetCommit does. */
  appendTransactional(producerId: bigint, records: readonly GroupRecord[]): void {
    this.#take(
      writeBatch(
        { isTransactional: true, producerId, producerEpoch: 0, baseSequence: 0 },
        records.map((record) => ({ timestamp: 1, ...encodeGroupRecord(record) })),
      ),
    );
  }

  /** Ends a producer's transaction. */
  appendMarker(type: "ABORT" | "COMMIT", producerId: bigint): void {
    this.#take(writeTransactionMarker(type, { producerId, producerEpoch: 0, coordinatorEpoch: 0, timestamp: 1 }));
  }

  /** Writes any key and value. */
  appendRaw(key: Buffer | null, value: Buffer | null): void {
    this.#take(writeBatch({}, [{ timestamp: 1, key, value }]));
  }

  /** Everything that the log says, in order. */
  get records(): readonly GroupRecord[] {
    return [...readBatches(this.#batches.map(({ bytes }) => bytes))]
      .filter(({ isControl }) => !isControl)
      .flatMap((batch) => [...batch])
      .flatMap((entry) => decodeGroupRecord(entry) ?? []);
  }

  /** How many batches there are: one for each append. */
  get batchCount(): number {
    return this.#batches.length;
  }

  #take(records: Buffer): bigint {
    const bytes = Buffer.from(records);
    const baseOffset = this.logEndOffset;
    setBaseOffset(bytes, 0, baseOffset);
    this.#batches.push({ baseOffset, bytes });
    for (const batch of readBatches(bytes)) this.logEndOffset = batch.nextOffset;
    return baseOffset;
  }
}
