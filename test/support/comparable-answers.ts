import { readBatches, Uuid } from "@moldau/protocol-codec";

/** What differs between brokers, or runs, without meaning anything: sentences, addresses, ids of sessions and producers. */
const meaningless: ReadonlySet<string> = new Set([
  "throttleTimeMs",
  "host",
  "port",
  "clusterId",
  "errorMessage",
  "batchIndexErrorMessage",
  "brokers",
  "controllerId",
  "unknownTaggedFields",
]);

/** Lists whose order says nothing. */
const unordered: ReadonlySet<string> = new Set([
  ...["topics", "responses", "partitionResponses", "results", "configs", "partitions", "apiKeys"],
]);

/**
 * Makes answers the same for every run and every broker that behaves the same: topic ids are named, record sets are told by their batches,
 * lists that have no order are sorted.
 */
export class ComparableAnswers {
  readonly #topics = new Map<string, string>();

  /** From now on the id is told by the topic's name. */
  nameTopic(id: Uuid, name: string): void {
    this.#topics.set(id.toString(), `id of ${name}`);
  }

  /** The answer, or a part of one that stands in a field of the name `key`. */
  plain(value: unknown, key = ""): unknown {
    const told = this.tell(key, value);
    if (told !== undefined) return told;
    if (typeof value === "bigint") return value.toString();
    if (value instanceof Uuid) return this.#topics.get(value.toString()) ?? (value.isZero ? "none" : "an id");
    if (Buffer.isBuffer(value)) return value.toString("latin1");
    if (Array.isArray(value)) return this.#list(key, value);
    if (typeof value !== "object" || value === null) return value;
    const entries = Object.entries(value).filter(([name]) => !meaningless.has(name));
    return Object.fromEntries(entries.map(([name, field]) => [name, this.plain(field, name)]));
  }

  /** How a field is told whose value is another in every run; undefined for any other field. */
  protected tell(key: string, value: unknown): unknown {
    if (key === "records" && Buffer.isBuffer(value)) return batchesOf(value);
    if (key === "logAppendTimeMs" && value !== -1n) return "a time";
    if (key === "sessionId" && value !== 0) return "a session";
    if (key === "producerId" && typeof value === "bigint" && value >= 0n) return "a producer";
    return undefined;
  }

  /** Whether an item of a list is told at all: some depend on how the cluster was made, or on what others do in it. */
  protected isTold(item: unknown): boolean {
    // Where the value of this key comes from depends on how the cluster was formatted, in Apache Kafka since 4.1.
    return !(typeof item === "object" && item !== null && "name" in item && item.name === "min.insync.replicas");
  }

  #list(key: string, items: readonly unknown[]): unknown {
    const plain = items.filter((item) => this.isTold(item)).map((item) => this.plain(item));
    if (!unordered.has(key) && !this.isUnordered(key)) return plain;
    return plain.sort((one, other) => (JSON.stringify(one) < JSON.stringify(other) ? -1 : 1));
  }

  /** Whether a list's order says nothing, beside those that are known to every talk. */
  protected isUnordered(_key: string): boolean {
    return false;
  }
}

/** What a record set holds: each whole batch's first offset, number of records and producer's place. */
function batchesOf(records: Buffer): unknown {
  return [...readBatches(records)].map((batch) => ({
    baseOffset: batch.baseOffset.toString(),
    count: batch.count,
    sizeInBytes: batch.sizeInBytes,
    leaderEpoch: batch.partitionLeaderEpoch,
    timestampType: batch.timestampType,
  }));
}
