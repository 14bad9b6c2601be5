import { readBatches, readControlRecord, writeTransactionMarker, type RecordBatch } from "@moldau/protocol-codec";
import { batchOf, type TestLog } from "../../../test/support/test-log.js";
import type { PartitionLog } from "../src/log/log.js";

/** What is done to a log. Producer 0 is one without transactions. */
export type Step =
  | { readonly do: "write"; readonly producer: number; readonly count: number }
  | { readonly do: "end"; readonly producer: number; readonly type: "ABORT" | "COMMIT" }
  | { readonly do: "deleteBefore" | "truncate"; readonly part: number }
  | { readonly do: "damage"; readonly file: number; readonly suffix: ".index" | ".timeindex" | ".txnindex" }
  | { readonly do: "roll" | "flush" | "restart" | "kill" | "expire" };

/** What can be said of a log: its offsets, and the offsets of the records that a reader of committed ones gets. */
export interface LogFacts {
  readonly start: number;
  readonly end: number;
  readonly stable: number;
  readonly read: readonly number[];
}

/** A batch of the model: records of a producer, or the marker that ends its transaction. */
interface Batch {
  readonly base: number;
  readonly count: number;
  readonly producer: number;
  readonly marker?: "ABORT" | "COMMIT";
}

/** What a log is to hold, as a list of batches from which everything is worked out anew. */
class Model {
  start = 0;
  batches: readonly Batch[] = [];

  get end(): number {
    const last = this.batches.at(-1);
    return last === undefined ? 0 : last.base + last.count;
  }

  add(batch: Omit<Batch, "base">): void {
    this.batches = [...this.batches, { base: this.end, ...batch }];
  }

  truncate(offset: number): void {
    this.batches = this.batches.filter(({ base, count }) => base + count <= offset);
    this.start = Math.min(this.start, this.end);
  }

  /** The marker behind a batch that decides about it; undefined while its transaction is open. */
  #decision({ base, producer: id }: Batch): Batch["marker"] {
    return this.batches.find((other) => other.base > base && other.producer === id && other.marker !== undefined)
      ?.marker;
  }

  /** The first offset of each transaction that is open. */
  get open(): number[] {
    const undecided = this.batches.filter(
      (batch) => batch.producer > 0 && batch.marker === undefined && this.#decision(batch) === undefined,
    );
    const producers = new Set(undecided.map((batch) => batch.producer));
    return [...producers].map((id) => undecided.find((batch) => batch.producer === id)?.base ?? 0);
  }

  /** The offsets of the records that a reader of committed records gets below `end`. */
  committed(end: number): number[] {
    return this.batches
      .filter((batch) => batch.marker === undefined && (batch.producer === 0 || this.#decision(batch) === "COMMIT"))
      .flatMap(({ base, count }) => Array.from({ length: count }, (_, index) => base + index))
      .filter((offset) => offset >= this.start && offset < end);
  }
}

function bytesOf({ count, producer: id, marker }: Omit<Batch, "base">): Buffer {
  const values = Array.from({ length: count }, (_, index) => `value ${index}`);
  if (id === 0) return batchOf(values);
  const header = { producerId: BigInt(id), producerEpoch: 0 };
  if (marker !== undefined) return writeTransactionMarker(marker, { ...header, coordinatorEpoch: 0, timestamp: 1 });
  return batchOf(values, { ...header, isTransactional: true });
}

/** The offsets that a consumer of committed records is left with, which knows of aborted transactions what each answer says. */
async function readCommitted(log: PartitionLog, maxBytes: number): Promise<number[]> {
  const found: number[] = [];
  const end = log.lastStableOffset;
  for (let offset = log.logStartOffset; offset < end;) {
    const { records, nextOffset, upperBound } = await log.read(offset, { maxBytes, minOneMessage: true, upTo: end });
    const listed = await log.abortedTransactions(offset, upperBound);
    const aborted = listed.map(({ producerId, firstOffset }) => ({ producerId, firstOffset }));
    if (nextOffset <= offset) throw new Error(`nothing can be read at ${offset}, below the stable ${end}`);
    for (const batch of readBatches(records)) found.push(...keptOf(batch, aborted, offset));
    offset = nextOffset;
  }
  return found;
}

/** The records of a batch that count. The marker of an aborted transaction takes the transaction off the list. */
function keptOf(
  batch: RecordBatch,
  aborted: { readonly producerId: bigint; readonly firstOffset: bigint }[],
  from: bigint,
): number[] {
  const at = aborted.findIndex(
    ({ producerId, firstOffset }) => producerId === batch.producerId && firstOffset <= batch.lastOffset,
  );
  if (batch.isControl) {
    for (const record of batch) if (readControlRecord(record).type === "ABORT" && at >= 0) aborted.splice(at, 1);
    return [];
  }
  if (batch.isTransactional && at >= 0) return [];
  return [...batch].map(({ offset }) => Number(offset)).filter((offset) => offset >= from);
}

/** A log, and beside it a model that says what it is to hold. */
export class TransactionsBesideModel {
  readonly #model = new Model();
  readonly #place: TestLog;
  #log: PartitionLog;

  private constructor(place: TestLog, log: PartitionLog) {
    this.#place = place;
    this.#log = log;
  }

  static async begin(place: TestLog): Promise<TransactionsBesideModel> {
    return new TransactionsBesideModel(place, await place.open());
  }

  async take(taken: Step): Promise<void> {
    const log = this.#log;
    switch (taken.do) {
      case "write":
        return this.#append({ count: taken.count, producer: taken.producer });
      case "end":
        return this.#append({ count: 1, producer: taken.producer, marker: taken.type });
      case "deleteBefore":
        return this.#deleteBefore(Math.floor(this.#model.end * taken.part));
      case "truncate":
        return this.#truncate(this.#model.start + Math.floor((this.#model.end - this.#model.start) * taken.part));
      case "expire":
        this.#place.now += 500;
        return log.expireProducers();
      case "damage":
        await this.#log.close();
        await this.#damage(taken.file, taken.suffix);
        return this.#reopen(true);
      case "restart":
      case "kill":
        return this.#reopen(taken.do === "restart");
      default:
        return log[taken.do]();
    }
  }

  /** What the log says, with what a reader of committed records gets who reads so many bytes at once. */
  async facts(maxBytes: number): Promise<LogFacts> {
    const { logStartOffset, logEndOffset, lastStableOffset } = this.#log;
    const stable = Number(lastStableOffset);
    return {
      start: Number(logStartOffset),
      end: Number(logEndOffset),
      stable,
      read: await readCommitted(this.#log, maxBytes),
    };
  }

  /**
   * What the log has to say. Of a transaction that began before the start it may know no more than what is left of it: then it may be stable
   * anywhere from the start up to where it would be without that one, and the reader gets what is below `stable`.
   */
  expected(stable: number): LogFacts {
    const { start, end, open } = this.#model;
    const visible = open.filter((offset) => offset >= start);
    const bound = Math.min(...visible, end);
    const isFree = visible.length < open.length && stable >= start && stable <= bound;
    return { start, end, stable: isFree ? stable : bound, read: this.#model.committed(stable) };
  }

  async #append(batch: Omit<Batch, "base">): Promise<void> {
    await this.#log.append(bytesOf(batch), { leaderEpoch: 0, origin: "coordinator" });
    this.#model.add(batch);
  }

  async #deleteBefore(offset: number): Promise<void> {
    await this.#log.deleteBefore(BigInt(offset));
    this.#model.start = Math.max(this.#model.start, offset);
  }

  async #truncate(offset: number): Promise<void> {
    await this.#log.truncateTo(BigInt(offset));
    if (offset < this.#model.end) this.#model.truncate(offset);
  }

  /** Leaves an index file one byte too long, as it can be seen to be. */
  async #damage(file: number, suffix: string): Promise<void> {
    const names = (await this.#place.files()).filter((name) => name.endsWith(suffix));
    const name = names[file % Math.max(1, names.length)];
    if (name !== undefined) await this.#place.overwrite(name, (content) => Buffer.concat([content, Buffer.alloc(1)]));
  }

  async #reopen(isClean: boolean): Promise<void> {
    const { recoveryPoint } = this.#log;
    const options = { logStartOffset: BigInt(this.#model.start), recoveryPoint };
    if (isClean) await this.#log.close();
    this.#log = await (isClean
      ? this.#place.open({ ...options, cleanShutdown: true })
      : this.#place.openAfterKill(options));
  }
}
