import { ErrorCode, readBatches } from "@moldau/protocol-codec";

interface Known {
  readonly firstSequence: number;
  readonly lastSequence: number;
  readonly baseOffset: bigint;
}

interface ProducerEntry {
  epoch: number;
  lastSequence: number;
  recent: Known[];
}

/** What an append comes to. */
export interface Appended {
  readonly errorCode: number;
  readonly baseOffset: bigint;
}

/** One partition as Apache Kafka keeps it: idempotent batches are taken once and in order, by the rules of its ProducerStateManager. */
export class ModelLog {
  /** The values in the log, in order. */
  readonly values: string[] = [];
  readonly #producers = new Map<bigint, ProducerEntry>();

  append(records: Buffer): Appended {
    const [batch] = [...readBatches(records)];
    if (batch === undefined || !batch.isValid()) return refused(ErrorCode.CORRUPT_MESSAGE);
    const { producerId, producerEpoch, baseSequence, lastSequence } = batch;
    if (producerId >= 0n) {
      const entry = this.#producers.get(producerId);
      const duplicate =
        entry?.epoch === producerEpoch
          ? entry.recent.find((known) => known.firstSequence === baseSequence && known.lastSequence === lastSequence)
          : undefined;
      if (duplicate) return { errorCode: 0, baseOffset: duplicate.baseOffset };
      const errorCode = check(entry, producerEpoch, baseSequence);
      if (errorCode !== 0) return refused(errorCode);
      const recent = entry?.epoch === producerEpoch ? entry.recent : [];
      const known = { firstSequence: baseSequence, lastSequence, baseOffset: BigInt(this.values.length) };
      this.#producers.set(producerId, { epoch: producerEpoch, lastSequence, recent: [...recent, known].slice(-5) });
    }
    const baseOffset = BigInt(this.values.length);
    for (const cursor = batch.open(); cursor.next();) this.values.push(String(cursor.value));
    return { errorCode: 0, baseOffset };
  }

  /** The marker of a transaction: from now on the partition knows of its epoch. */
  mark(producerId: bigint, epoch: number): void {
    const entry = this.#producers.get(producerId);
    if (entry === undefined || entry.epoch < epoch)
      this.#producers.set(producerId, { epoch, lastSequence: -1, recent: [] });
  }

  /** Forgets every producer, as a log does whose records have all been deleted. */
  forgetProducers(): void {
    this.#producers.clear();
  }
}

function check(entry: ProducerEntry | undefined, epoch: number, sequence: number): number {
  // A log that knows nothing of a producer takes any first number.
  if (entry === undefined) return 0;
  if (epoch < entry.epoch) return ErrorCode.INVALID_PRODUCER_EPOCH;
  if (epoch > entry.epoch) return sequence === 0 ? 0 : ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;
  const expected = entry.lastSequence === 0x7fffffff ? 0 : entry.lastSequence + 1;
  return sequence === expected ? 0 : ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER;
}

function refused(errorCode: number): Appended {
  return { errorCode, baseOffset: -1n };
}
