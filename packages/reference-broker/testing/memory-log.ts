import { ErrorCode, readBatches, setBaseOffset, writeBatch } from "@moldau/protocol-codec";
import type { CoordinatorLog } from "../src/coordination/coordinator-log.js";
import { LogError } from "../src/log/log-error.js";

/** A coordinator's log that is nothing but a list of batches, and fails or waits on demand. */
export class MemoryLog implements CoordinatorLog {
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

  /** Writes any key and value. */
  appendRaw(key: Buffer | null, value: Buffer | null): void {
    this.#take(writeBatch({}, [{ timestamp: 1, key, value }]));
  }

  /** Every key and value, in order; markers are left out. */
  get entries() {
    return [...readBatches(this.#batches.map(({ bytes }) => bytes))]
      .filter(({ isControl }) => !isControl)
      .flatMap((batch) => [...batch]);
  }

  /** How many batches there are: one for each append. */
  get batchCount(): number {
    return this.#batches.length;
  }

  /** Takes a batch as it is. */
  protected take(records: Buffer): void {
    this.#take(records);
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
