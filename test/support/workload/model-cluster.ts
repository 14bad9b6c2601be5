import type { Key, Value } from "../history/operation.js";

/** What a model can do wrong, for a look at whether anybody notices. */
export type Defect =
  | "aborted messages are read"
  | "open transactions are read"
  | "a message is acknowledged and lost"
  | "a message is written twice"
  | "an offset is given to two messages"
  | "a message is passed over"
  | "a late commit ends the next transaction"
  | "a producer is not fenced by the next of its name"
  | "offsets of an aborted transaction are committed"
  | "offsets of a committed transaction are not"
  | "offsets are committed by a member that lost its partitions";

/** A transaction of the model. */
export interface ModelTransaction {
  state: "open" | "committed" | "aborted";
  readonly offsets: Map<ModelGroup, Map<Key, number>>;
}

interface Entry {
  /** Absent for a marker. */
  readonly value?: Value;
  readonly transaction?: ModelTransaction;
}

/** A group of the model: who is in it, and how far it has come. */
export interface ModelGroup {
  generation: number;
  readonly members: Set<object>;
  readonly committed: Map<Key, number>;
}

/** As little of a Kafka as has transactions: logs with markers, last stable offsets, groups with offsets that go with transactions. */
export class ModelCluster {
  readonly defect: Defect | undefined;
  readonly #random: () => number;
  readonly #logs = new Map<Key, Entry[]>();
  readonly #groups = new Map<string, ModelGroup>();
  readonly #ids = new Map<string, { epoch: number; open: ModelTransaction | undefined }>();

  constructor(random: () => number, defect?: Defect) {
    this.#random = random;
    this.defect = defect;
  }

  /** Whether the defect is this one, and shows now. */
  isBroken(defect: Defect, probability = 1): boolean {
    return this.defect === defect && this.#random() < probability;
  }

  group(name: string): ModelGroup {
    const known = this.#groups.get(name);
    if (known !== undefined) return known;
    const made: ModelGroup = { generation: 0, members: new Set(), committed: new Map() };
    this.#groups.set(name, made);
    return made;
  }

  /** Begins the next epoch of a transactional id; what the one before left open is aborted. */
  fence(id: string): number {
    const known = this.#ids.get(id) ?? { epoch: 0, open: undefined };
    this.#ids.set(id, known);
    known.epoch += 1;
    if (!this.isBroken("a producer is not fenced by the next of its name")) this.#end(known, "aborted");
    return known.epoch;
  }

  /** The open transaction of an id, begun when there is none; undefined for an earlier epoch than the last. */
  transaction(id: string, epoch: number): ModelTransaction | undefined {
    const known = this.#ids.get(id);
    const isFenced = known === undefined || known.epoch !== epoch;
    if (known === undefined || (isFenced && this.defect !== "a producer is not fenced by the next of its name"))
      return undefined;
    known.open ??= { state: "open", offsets: new Map() };
    return known.open;
  }

  /** Ends whatever is open under an id. False for an earlier epoch than the last. */
  end(id: string, epoch: number, how: "committed" | "aborted"): boolean {
    const known = this.#ids.get(id);
    if (known === undefined || this.transaction(id, epoch) === undefined) return false;
    this.#end(known, how);
    return true;
  }

  append(key: Key, value: Value, transaction?: ModelTransaction): number {
    const log = this.#log(key);
    if (this.isBroken("a message is acknowledged and lost", 0.02)) return log.length;
    if (this.isBroken("an offset is given to two messages", 0.02)) return Math.max(0, log.length - 1);
    const entry = { value, ...(transaction === undefined ? {} : { transaction }) };
    const offset = log.push(entry) - 1;
    if (this.isBroken("a message is written twice", 0.02)) log.push(entry);
    return offset;
  }

  /** Up to `limit` committed messages from an offset on, and where to go on. */
  read(
    key: Key,
    from: number,
    limit: number,
  ): { readonly messages: (readonly [number, Value])[]; readonly next: number } {
    const log = this.#log(key);
    const messages: (readonly [number, Value])[] = [];
    for (let offset = from; ; offset++) {
      const entry = log[offset];
      const isOpen = entry?.transaction?.state === "open" && this.defect !== "open transactions are read";
      if (entry === undefined || isOpen || messages.length === limit) return { messages, next: offset };
      if (entry.value === undefined || this.isBroken("a message is passed over", 0.02)) continue;
      const isAborted = entry.transaction?.state === "aborted" && !this.isBroken("aborted messages are read", 0.1);
      if (!isAborted) messages.push([offset, entry.value]);
    }
  }

  /** Whether offsets of a key wait for a transaction to end. */
  isPending(group: ModelGroup, key: Key): boolean {
    return [...this.#ids.values()].some(({ open }) => open?.offsets.get(group)?.has(key) === true);
  }

  #end(id: { open: ModelTransaction | undefined }, how: "committed" | "aborted"): void {
    const { open } = id;
    if (open === undefined) return;
    id.open = undefined;
    open.state = how;
    for (const log of this.#logs.values()) if (log.some(({ transaction }) => transaction === open)) log.push({});
    const counts =
      how === "committed"
        ? !this.isBroken("offsets of a committed transaction are not", 0.2)
        : this.isBroken("offsets of an aborted transaction are committed");
    for (const [group, offsets] of counts ? open.offsets : [])
      for (const [key, offset] of offsets) group.committed.set(key, offset);
  }

  #log(key: Key): Entry[] {
    const log = this.#logs.get(key) ?? [];
    this.#logs.set(key, log);
    return log;
  }
}
