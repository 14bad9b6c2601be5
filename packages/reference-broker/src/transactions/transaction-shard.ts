import { ErrorCode } from "@moldau/protocol-codec";
import type { Clock } from "@moldau/platform";
import { appendFailure, CoordinatorError } from "../coordination/coordinator-error.js";
import { CoordinatorShard, type ShardOptions } from "../coordination/coordinator-shard.js";
import { Recurring } from "../coordination/recurring.js";
import type { MarkerSender } from "./marker.js";
import type { TransactionRecord } from "./records.js";
import type { TransactionSettings } from "./settings.js";
import type { DecidedTransaction, OngoingTransaction, Transaction, TransactionVersion } from "./state.js";
import { TransactionStore } from "./store.js";
import { transactionShardContents } from "./transaction-log.js";
import type { TransactionChange } from "./transaction-tidings.js";
import { transition, type TransactionEvent } from "./transition.js";

/** What a shard of transactions is made of. */
export interface TransactionShardOptions extends ShardOptions {
  readonly settings: TransactionSettings;
  /** Gives producer ids out. */
  readonly producerIds: { next(): Promise<bigint> };
  /** Brings the outcome to the partitions. */
  readonly markers: MarkerSender;
  /** The finalised `transaction.version`. */
  readonly level: () => TransactionVersion;
  /** Hears what becomes of transactional ids. */
  readonly told: (change: TransactionChange) => void;
}

/** How many tombstones of expired ids go into one batch. */
const expiryBatchRecords = 1000;

/**
 * The transactions of one partition of `__transaction_state`: a {@link CoordinatorShard} whose records say where each transactional id stands.
 *
 * The store follows the log alone. What is decided is in the log before anybody hears of it, and from then on the shard does not rest until
 * the partitions have their markers and the log says that they have, also when it finds a decided transaction at load.
 */
export class TransactionShard {
  readonly #options: TransactionShardOptions;
  readonly #clock: Clock;
  readonly #store = new TransactionStore();
  readonly #shard: CoordinatorShard<TransactionRecord>;
  readonly #timeouts: Recurring;
  readonly #expiry: Recurring;
  readonly #closing = new AbortController();

  constructor(options: TransactionShardOptions) {
    const { clock, settings, level } = options;
    this.#options = options;
    this.#clock = clock;
    this.#shard = new CoordinatorShard(options, transactionShardContents(this.#store, level));
    this.#timeouts = new Recurring(clock, settings.timeoutCheckIntervalMs, () =>
      this.#shard.inBackground(() => this.#abortTimedOut()),
    );
    this.#expiry = new Recurring(clock, settings.expiryCheckIntervalMs, () =>
      this.#shard.inBackground(() => this.#expire()),
    );
  }

  /** Replays the log and begins to serve. Never fails: a log that cannot be read is reported and leaves a shard that serves nobody. */
  async load(): Promise<void> {
    await this.#shard.load(() => {
      for (const [transactionalId, transaction] of this.#store.all()) this.#follow(transactionalId, transaction);
    });
  }

  /** This broker leads the partition in a later epoch, without having lost it in between. */
  raiseLeaderEpoch(epoch: number): void {
    this.#shard.raiseLeaderEpoch(epoch);
  }

  /** Whether its log could not be read: there is nothing to list. */
  get isFailed(): boolean {
    return this.#shard.isFailed;
  }

  /** Looks at what has been applied so far. Throws a CoordinatorError when the shard does not serve. */
  read<Answer>(look: (store: TransactionStore) => Answer): Answer {
    this.#shard.assertActive();
    return look(this.#store);
  }

  /**
   * Lets something happen to a transactional id, after everything that was asked for before; `happening` is called in its turn, with the time.
   * Resolves to where the id stands then. Rejects with a CoordinatorError when it cannot be.
   */
  pass(transactionalId: string, happening: (nowMs: number) => TransactionEvent): Promise<Transaction | undefined> {
    return this.#shard.inTurn(() => this.#pass(transactionalId, happening(this.#clock.now())));
  }

  /** Stops serving; decided transactions are left to the next leader. Idempotent. */
  async close(): Promise<void> {
    this.#timeouts.stop();
    this.#expiry.stop();
    this.#closing.abort();
    await this.#shard.close(() => undefined);
  }

  async #pass(transactionalId: string, event: TransactionEvent): Promise<Transaction | undefined> {
    const before = this.#store.get(transactionalId);
    const first = transition(before, event);
    const outcome = first.type === "needsProducerId" ? transition(before, event, await this.#nextId()) : first;
    if (outcome.type === "needsProducerId") throw new CoordinatorError(ErrorCode.UNKNOWN_SERVER_ERROR);
    if (outcome.type === "refused") throw new CoordinatorError(outcome.errorCode);
    if (outcome.type === "stays") return before;
    const after = outcome.type === "moves" ? outcome.to : undefined;
    await this.#write(transactionalId, after);
    this.#options.told({ transactionalId, before, after, by: event.type });
    if (after !== undefined) this.#follow(transactionalId, after);
    return after;
  }

  async #nextId(): Promise<bigint> {
    try {
      return await this.#options.producerIds.next();
    } catch (error) {
      this.#options.onError(error);
      throw appendFailure(error);
    }
  }

  async #write(transactionalId: string, transaction: Transaction | undefined): Promise<void> {
    // Records of version 0 cannot say under which version a client ended its transaction.
    if (this.#options.level() === 0 && transaction !== undefined && transaction.clientTransactionVersion > 0)
      throw new CoordinatorError(ErrorCode.UNSUPPORTED_VERSION);
    await this.#shard.append([{ transactionalId, transaction: transaction ?? null }]);
  }

  /** Sees to what has to come after a state. */
  #follow(transactionalId: string, transaction: Transaction): void {
    this.#expiry.expect();
    if (transaction.state === "Ongoing") this.#timeouts.expect();
    if (transaction.state === "PrepareCommit" || transaction.state === "PrepareAbort")
      void this.#finish(transactionalId, transaction);
  }

  /** Brings the markers out, then writes that they are. Never rejects. */
  async #finish(transactionalId: string, transaction: DecidedTransaction): Promise<void> {
    const { signal } = this.#closing;
    try {
      const { producerId, producerEpoch, state, partitions, clientTransactionVersion } = transaction;
      const marker = {
        transactionalId,
        producerId,
        producerEpoch,
        coordinatorEpoch: this.#shard.leaderEpoch,
        isCommit: state === "PrepareCommit",
        transactionVersion: clientTransactionVersion,
      };
      await this.#options.markers.write(marker, partitions, signal);
      await this.#complete(transactionalId);
    } catch (error) {
      // A closed shard leaves the rest to the next leader, and so does one that has been overtaken by it.
      if (!signal.aborted && !isOvertaken(error)) this.#options.onError(error);
    }
  }

  /** Writes that every partition has its marker, again and again while the log refuses. Rejects when the shard is closed meanwhile. */
  async #complete(transactionalId: string): Promise<void> {
    for (;;) {
      try {
        await this.pass(transactionalId, (nowMs) => ({ type: "markersWritten", nowMs }));
        return;
      } catch (error) {
        if (!(error instanceof CoordinatorError) || !this.#shard.isActive) throw error;
      }
      await this.#clock.sleep(this.#options.settings.completionRetryMs, this.#closing.signal);
    }
  }

  async #abortTimedOut(): Promise<void> {
    const nowMs = this.#clock.now();
    const ongoing = [...this.#store.all()].filter(isOngoing);
    try {
      for (const [transactionalId, { startMs, timeoutMs }] of ongoing)
        if (timeoutMs !== neverMs && startMs + timeoutMs < nowMs)
          await this.#pass(transactionalId, { type: "fence", level: this.#options.level(), nowMs });
    } finally {
      if (ongoing.length > 0) this.#timeouts.expect();
    }
  }

  async #expire(): Promise<void> {
    const { idExpirationMs: expirationMs } = this.#options.settings;
    const event = { type: "expire", nowMs: this.#clock.now(), expirationMs } as const;
    const dead = [...this.#store.all()].filter(([, transaction]) => transition(transaction, event).type === "dies");
    try {
      for (let start = 0; start < dead.length; start += expiryBatchRecords)
        await this.#bury(dead.slice(start, start + expiryBatchRecords));
    } finally {
      if (this.#store.size > 0) this.#expiry.expect();
    }
  }

  async #bury(dead: readonly (readonly [string, Transaction])[]): Promise<void> {
    await this.#shard.append(dead.map(([transactionalId]) => ({ transactionalId, transaction: null })));
    for (const [transactionalId, before] of dead)
      this.#options.told({ transactionalId, before, after: undefined, by: "expire" });
  }
}

/** The time-out of transactions that another system decides (KIP-939), in milliseconds: none. */
const neverMs = 2_147_483_647;

function isOngoing(entry: readonly [string, Transaction]): entry is readonly [string, OngoingTransaction] {
  return entry[1].state === "Ongoing";
}

function isOvertaken(error: unknown): boolean {
  return error instanceof CoordinatorError && error.errorCode === ErrorCode.TRANSACTION_COORDINATOR_FENCED;
}
