import { errorByCode, readBatches, readControlRecord, type RecordBatch } from "@moldau/protocol-codec";
import { ComparableAnswers } from "./comparable-answers.js";

const times: ReadonlySet<string> = new Set(["timestamp", "lastTimestamp", "transactionStartTimeMs"]);

/**
 * Makes answers about transactions comparable: producers are numbered in the order in which they are met, errors told by their names, record
 * sets with whose they are and how they end, and transactions of other talks left out.
 */
export class TransactionAnswers extends ComparableAnswers {
  readonly #producers = new Map<bigint, string>();
  readonly #transactionalIds: string;

  /** Of lists of transactions, those are told whose id begins with `transactionalIds`. */
  constructor(transactionalIds: string) {
    super();
    this.#transactionalIds = transactionalIds;
  }

  protected override tell(key: string, value: unknown): unknown {
    if (/errorCode$/i.test(key) && typeof value === "number") return errorByCode(value).name;
    if (/producerId$/i.test(key) && typeof value === "bigint" && value >= 0n) return this.#producer(value);
    if (times.has(key) && value !== -1n) return "a time";
    if (key === "records" && Buffer.isBuffer(value)) return this.#batches(value);
    return super.tell(key, value);
  }

  protected override isTold(item: unknown): boolean {
    if (typeof item === "object" && item !== null && "transactionalId" in item && "transactionState" in item)
      return String(item.transactionalId).startsWith(this.#transactionalIds);
    return super.isTold(item);
  }

  protected override isUnordered(key: string): boolean {
    return ["transactionStates", "resultsByTransaction", "topicResults", "activeProducers"].includes(key);
  }

  #producer(id: bigint): string {
    const known = this.#producers.get(id);
    if (known !== undefined) return known;
    const name = `producer #${this.#producers.size + 1}`;
    this.#producers.set(id, name);
    return name;
  }

  #batches(records: Buffer): readonly string[] {
    return [...readBatches(records)].map((batch) => {
      const where = batch.count === 1 ? `${batch.baseOffset}` : `${batch.baseOffset} to ${batch.lastOffset}`;
      return `${where}: ${this.#kind(batch)}`;
    });
  }

  #kind(batch: RecordBatch): string {
    if (batch.producerId < 0n) return "plain";
    const whose = `${this.#producer(batch.producerId)}, epoch ${batch.producerEpoch}`;
    if (!batch.isControl) return `${batch.isTransactional ? "transaction" : "idempotent"} of ${whose}`;
    return [...batch].map((record) => `${readControlRecord(record).type} of ${whose}`).join();
  }
}
