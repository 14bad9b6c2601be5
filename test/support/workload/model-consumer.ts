import type { Key } from "../history/operation.js";
import type { Polled, WorkloadConsumer } from "./clients.js";
import type { ModelOptions } from "./model-clients.js";
import type { ModelGroup, ModelTransaction } from "./model-cluster.js";

/** A member of a group of the model. Whoever comes or goes moves everything. */
export class ModelConsumer implements WorkloadConsumer {
  readonly group: ModelGroup;
  readonly #options: ModelOptions;
  readonly #keys: readonly Key[];
  readonly #positions = new Map<Key, number>();
  #generation = -1;
  #rebalanced: Key[] = [];
  #polled: { readonly key: Key; readonly next: number } | undefined;
  #transaction: ModelTransaction | undefined;

  constructor(options: ModelOptions, group: ModelGroup, keys: readonly Key[]) {
    this.#options = options;
    this.group = group;
    this.#keys = keys;
    group.members.add(this);
    group.generation += 1;
  }

  get isCurrent(): boolean {
    return this.#generation === this.group.generation && this.group.members.has(this);
  }

  /** The offsets behind what was polled last. */
  polledUpTo(): Map<Key, number> {
    return new Map(this.#polled === undefined ? [] : [[this.#polled.key, this.#polled.next]]);
  }

  /** The offsets go with a transaction: reading begins anew at what is committed when it is aborted. */
  follow(transaction: ModelTransaction): void {
    this.#transaction = transaction;
  }

  async poll(): Promise<Polled | undefined> {
    const { clock, dice } = this.#options;
    this.#settle();
    while (this.group.members.has(this)) {
      await clock.sleep(dice.between(5, 50));
      this.#join();
      const polled = this.#read();
      if (polled !== undefined) return polled;
    }
    return undefined;
  }

  goBack(): void {
    this.#transaction = undefined;
  }

  takeRebalanced(): readonly Key[] {
    return this.#rebalanced.splice(0);
  }

  close(): Promise<void> {
    if (this.group.members.delete(this)) this.group.generation += 1;
    return Promise.resolve();
  }

  /** What was polled before is done: by its transaction, or by asking for more. */
  #settle(): void {
    const [polled, transaction] = [this.#polled, this.#transaction];
    [this.#polled, this.#transaction] = [undefined, undefined];
    if (polled === undefined || !this.isCurrent) return;
    const isDone = transaction === undefined ? !this.#isTransactional() : transaction.state === "committed";
    if (!isDone) return void this.#positions.delete(polled.key);
    if (transaction === undefined) this.group.committed.set(polled.key, polled.next);
  }

  /** The members of a group whose name says so commit in transactions alone. */
  #isTransactional(): boolean {
    return this.#options.cluster.group("transforming") === this.group;
  }

  /** Takes part in the round of the group that is on. */
  #join(): void {
    if (this.isCurrent || !this.group.members.has(this)) return;
    this.#generation = this.group.generation;
    this.#positions.clear();
    this.#rebalanced = [...this.#keys];
  }

  #read(): Polled | undefined {
    const { cluster, dice } = this.#options;
    const members = [...this.group.members];
    const mine = this.#keys.filter((_, index) => members[index % members.length] === this);
    const readable = mine.filter((key) => !cluster.isPending(this.group, key));
    if (readable.length === 0) return undefined;
    const key = dice.pick(readable);
    const from = this.#positions.get(key) ?? this.group.committed.get(key) ?? 0;
    const { messages, next } = cluster.read(key, from, dice.between(1, 4));
    this.#positions.set(key, next);
    if (messages.length === 0) return undefined;
    this.#polled = { key, next };
    return { key, messages };
  }
}
