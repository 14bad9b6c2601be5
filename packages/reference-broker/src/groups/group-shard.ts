import type { Clock } from "@moldau/platform";
import type { TransactionalProducer } from "../coordination/coordinator-log.js";
import { CoordinatorShard, type ShardOptions } from "../coordination/coordinator-shard.js";
import { Recurring } from "../coordination/recurring.js";
import { ClassicGroups } from "./classic/classic-groups.js";
import { ConsumerGroups, type ConsumerGroupsHost } from "./consumer/consumer-groups.js";
import { subscribedTopics } from "./consumer/subscriptions.js";
import type { GroupRules } from "./classic/events.js";
import type { EndMarker } from "../transactions/marker.js";
import type { GroupTidings } from "./group-tidings.js";
import { groupShardContents } from "./group-log.js";
import type { GroupView } from "./group-view.js";
import { viewOf, type Group } from "./group.js";
import type { GroupRecord } from "./records.js";
import { expiredRecords, topicTombstones } from "./removal.js";
import type { GroupSettings } from "./settings.js";
import { GroupStore } from "./store.js";

/** What a shard of groups is made of. */
export interface GroupShardOptions extends ShardOptions {
  readonly settings: GroupSettings;
  /** Hears what becomes of groups. */
  readonly told: GroupTidings;
  /** What groups of the consumer protocol go by. */
  readonly consumer: Pick<ConsumerGroupsHost, "newMemberId" | "rules">;
}

/** What an operation on a shard may look at. */
export interface ShardView {
  readonly store: GroupStore;
  /** The time of the operation, in milliseconds. */
  readonly nowMs: number;
  /** The group of an id, or undefined when there is none. */
  readonly group: (groupId: string) => GroupView | undefined;
  /** The same group with all that its protocol knows of it. */
  readonly live: (groupId: string) => Group | undefined;
}

/** What a writing operation works out: the records to append, what the caller gets, and who showed by it that he is alive. */
export interface Written<Answer> {
  readonly records: readonly GroupRecord[];
  readonly answer: Answer;
  /** The member that committed, if it was one. */
  readonly committed?: { readonly groupId: string; readonly memberId: string };
  /** Whose transaction the records are a part of, if they are of one. */
  readonly producer?: TransactionalProducer;
}

/** How many tombstones of expired offsets go into one batch. */
const expiryBatchRecords = 1000;

/**
 * The groups of one partition of `__consumer_offsets`: a {@link CoordinatorShard} whose records are groups and committed offsets.
 *
 * The store follows the log alone; beside it stand the live groups of each protocol, which also know what the log does not keep: who waits
 * for an answer, which protocols a member would speak besides.
 */
export class GroupShard {
  /** The groups of the classic protocol; it is also asked for what a client of that protocol wants of a group of the other. */
  readonly classic: ClassicGroups;
  /** The groups of the consumer protocol. */
  readonly consumer: ConsumerGroups;
  readonly #settings: GroupSettings;
  readonly #told: GroupTidings;
  readonly #clock: Clock;
  readonly #store = new GroupStore();
  readonly #shard: CoordinatorShard<GroupRecord>;
  readonly #expiry: Recurring;

  constructor(options: GroupShardOptions) {
    const { settings, clock, told, consumer } = options;
    this.#settings = settings;
    this.#told = told;
    this.#clock = clock;
    this.#shard = new CoordinatorShard(options, groupShardContents(this.#store));
    const host = {
      clock,
      store: this.#store,
      inTurn: (work: () => Promise<void>) => this.#shard.inTurn(work),
      inBackground: (work: () => Promise<void>) => this.#shard.inBackground(work),
      append: (records: readonly GroupRecord[]) => this.#append(records),
    };
    this.classic = new ClassicGroups({
      ...host,
      rules: () => this.#rules(),
      changed: (change) => told.changed(change),
      consumer: {
        take: (groupId, request) => this.consumer.take(groupId, request),
        tombstones: (groupId) => this.consumer.tombstones(groupId),
      },
    });
    this.consumer = new ConsumerGroups({
      ...host,
      rules: (groupId) => consumer.rules(groupId),
      newMemberId: () => consumer.newMemberId(),
      changed: (change) => told.consumerChanged(change),
      classic: this.classic,
    });
    this.#expiry = new Recurring(clock, settings.offsetsRetentionCheckIntervalMs, () =>
      this.#shard.inBackground(() => this.#expire()),
    );
  }

  /** Replays the log and begins to serve. Never fails: a log that cannot be read is reported and leaves a shard that serves nobody. */
  async load(): Promise<void> {
    await this.#shard.load(() => {
      this.classic.restore();
      this.consumer.restore();
      this.#expectExpiry();
    });
  }

  /** This broker leads the partition in a later epoch, without having lost it in between. */
  raiseLeaderEpoch(epoch: number): void {
    this.#shard.raiseLeaderEpoch(epoch);
  }

  /** The ids of its groups; none while it does not serve. */
  ids(): readonly string[] {
    return this.#shard.isActive ? [...this.#store.groupIds()] : [];
  }

  /** Looks at what has been applied so far. Throws a CoordinatorError when the shard does not serve. */
  read<Answer>(look: (view: ShardView) => Answer): Answer {
    this.#shard.assertActive();
    return look(this.#view());
  }

  /** Looks and writes, after everything that was asked for before. */
  write<Answer>(work: (view: ShardView) => Written<Answer>): Promise<Answer> {
    return this.#shard.inTurn(async () => {
      const { records, answer, committed, producer } = work(this.#view());
      await this.#append(records, producer);
      if (committed !== undefined) this.classic.committed(committed.groupId, committed.memberId);
      return answer;
    });
  }

  /** Writes the marker that ends a transaction: the offsets that it committed count from then on, or are dropped. */
  endTransaction(marker: EndMarker): Promise<void> {
    return this.#shard.inTurn(async () => {
      const { offsets } = this.#store;
      const held = [...offsets.heldBy(marker.producerId)];
      await this.#shard.endTransaction(marker);
      // Neither after an abort, nor where a commit outside of the transaction came later, is it this one that counts.
      this.#told.settled(held.filter(({ stored, ...key }) => offsets.get(key)?.recordOffset === stored.recordOffset));
    });
  }

  /**
   * Topics were deleted: removes the offsets that were committed for them. Resolves when they are, or at once while the log is still being
   * replayed: then they are when that is over. Rejects with a CoordinatorError when they cannot be.
   */
  async forgetTopics(topics: readonly string[]): Promise<void> {
    const forget = (): Promise<void> => this.#append(topicTombstones(topics, this.#store.offsets));
    if (this.#shard.isLoading) this.#shard.inBackground(forget);
    else await this.#shard.inTurn(forget);
  }

  /** Topics were made, changed or removed: groups that read one of them look at theirs anew. */
  topicsChanged(topics: ReadonlySet<string>): void {
    this.consumer.topicsChanged((group) => {
      for (const topic of subscribedTopics(group)) if (topics.has(topic)) return true;
      return false;
    });
  }

  /** Stops serving: whoever waits hears NOT_COORDINATOR. What is being appended at this moment is still answered. Idempotent. */
  async close(): Promise<void> {
    this.#expiry.stop();
    this.classic.stopTime();
    this.consumer.stopTime();
    await this.#shard.close(() => {
      this.classic.unload();
      this.consumer.unload();
    });
  }

  async #append(records: readonly GroupRecord[], producer?: TransactionalProducer): Promise<void> {
    await this.#shard.append(records, producer);
    for (const groupId of mayBeGone(records)) this.#forget(groupId);
    if (records.length > 0) this.#expectExpiry();
  }

  /** What is kept beside the log of a group that is gone, or is one of another protocol now. */
  #forget(groupId: string): void {
    if (this.#store.consumer(groupId) === undefined) this.consumer.forget(groupId);
    if (this.#store.has(groupId)) return;
    this.classic.forget(groupId);
    this.#told.deleted(groupId);
  }

  /** Expired offsets are looked for from time to time, as long as there is anything that may expire. */
  #expectExpiry(): void {
    if (this.#store.size > 0) this.#expiry.expect();
  }

  async #expire(): Promise<void> {
    const { nowMs, store, group } = this.#view();
    const retentionMs = this.#settings.offsetsRetentionMs;
    const records = [...store.groupIds()].flatMap((groupId) =>
      expiredRecords(group(groupId), store.offsets, { groupId, nowMs, retentionMs }),
    );
    try {
      for (let start = 0; start < records.length; start += expiryBatchRecords)
        await this.#append(records.slice(start, start + expiryBatchRecords));
    } finally {
      this.#expectExpiry();
    }
  }

  #view(): ShardView {
    return {
      store: this.#store,
      nowMs: this.#clock.now(),
      group: (groupId) => viewOf(this.#live(groupId)),
      live: (groupId) => this.#live(groupId),
    };
  }

  #live(groupId: string): Group | undefined {
    const consumer = this.#store.consumer(groupId);
    if (consumer !== undefined) return { type: "consumer", group: consumer };
    const classic = this.classic.get(groupId);
    return classic === undefined ? undefined : { type: "classic", group: classic };
  }

  #rules(): GroupRules {
    return { ...this.#settings, nowMs: this.#clock.now() };
  }
}

/** The groups of which records say that they are gone, each once: another record of the same batch may say that they are there again. */
function mayBeGone(records: readonly GroupRecord[]): ReadonlySet<string> {
  const gone = new Set<string>();
  for (const { kind, groupId, value } of records)
    if (value === null && (kind === "group" || kind === "consumerGroup")) gone.add(groupId);
  return gone;
}
