import { ErrorCode } from "@moldau/protocol-codec";
import PQueue from "p-queue";
import type { Clock, Timer } from "@moldau/platform";
import {
  failedJoin,
  type GroupEvent,
  type GroupRules,
  type HeartbeatEvent,
  type JoinAnswer,
  type JoinEvent,
  type LeaveAnswer,
  type LeaveEvent,
  type Step,
  type SyncAnswer,
  type SyncEvent,
} from "./classic/events.js";
import { restoreGroup } from "./classic/persisted.js";
import { emptyGroup, type ClassicGroup, type Ticket } from "./classic/state.js";
import { transition } from "./classic/transition.js";
import type { Deadline } from "./deadlines.js";
import { CommandExecutor } from "./executor.js";
import { appendFailure, GroupError } from "./group-error.js";
import { replayGroupLog, writeGroupBatch, type GroupLog } from "./group-log.js";
import type { GroupRecord } from "./records.js";
import { expiredRecords } from "./removal.js";
import type { GroupSettings } from "./settings.js";
import { GroupStore } from "./store.js";
import type { Tickets } from "./tickets.js";

/** What a shard is made of. */
export interface ShardOptions {
  readonly log: GroupLog;
  /** The epoch of this broker's leadership of the partition. */
  readonly leaderEpoch: number;
  readonly settings: GroupSettings;
  readonly clock: Clock;
  /** Hears of failures that no request waits for. */
  readonly onError: (error: unknown) => void;
}

/** What an operation on a shard may look at. */
export interface ShardView {
  readonly store: GroupStore;
  /** The time of the operation, in milliseconds. */
  readonly nowMs: number;
  /** The group of an id, or undefined when there is none. */
  readonly group: (groupId: string) => ClassicGroup | undefined;
}

/** What a writing operation works out: the records to append, what the caller gets, and what happens once they are in the log. */
export interface Written<Answer> {
  readonly records: readonly GroupRecord[];
  readonly answer: Answer;
  /** Events of groups that follow from it. They must not write. */
  readonly events?: readonly { readonly groupId: string; readonly event: GroupEvent }[];
}

/** How often a shard tries again what a deadline wanted done but the log refused, in milliseconds. */
const retryAfterFailedAppendMs = 1000;
/** How many tombstones of expired offsets go into one batch. */
const expiryBatchRecords = 1000;

/**
 * The groups of one partition of `__consumer_offsets`.
 *
 * A shard works on one thing at a time. An operation computes records and answer from the state, appends the records, and only when they
 * are in the log applies them, moves groups on, sets deadlines and answers; a failed append changes nothing, and its error is the answer.
 * The store follows the log alone; beside it stand the live groups, which also know what the log does not keep: who waits for an answer,
 * which protocols a member would speak besides.
 *
 * A shard begins loading: COORDINATOR_LOAD_IN_PROGRESS. A shard that could not be read or was closed answers NOT_COORDINATOR.
 */
export class Shard {
  readonly #options: ShardOptions;
  readonly #store = new GroupStore();
  readonly #live = new Map<string, ClassicGroup>();
  readonly #queue = new PQueue({ concurrency: 1 });
  readonly #executor: CommandExecutor;
  readonly #closing = new AbortController();
  #status: "loading" | "active" | "failed" = "loading";
  #leaderEpoch: number;
  #expiryTimer: Timer | undefined;

  constructor(options: ShardOptions) {
    this.#options = options;
    this.#leaderEpoch = options.leaderEpoch;
    this.#executor = new CommandExecutor(options.clock, (groupId, deadline) => this.#onDeadline(groupId, deadline));
  }

  /** Replays the log and begins to serve. Never fails: a log that cannot be read is reported and leaves a shard that serves nobody. */
  async load(): Promise<void> {
    await this.#queue.add(async () => {
      try {
        await replayGroupLog(this.#options.log, this.#store, this.#closing.signal);
      } catch (error) {
        this.#status = "failed";
        this.#options.onError(error);
        return;
      }
      if (this.#closing.signal.aborted) return;
      this.#status = "active";
      for (const groupId of this.#store.groupIds()) this.#restore(groupId);
      this.#scheduleExpiry();
    });
  }

  /** This broker leads the partition in a later epoch, without having lost it in between. */
  set leaderEpoch(epoch: number) {
    this.#leaderEpoch = Math.max(this.#leaderEpoch, epoch);
  }

  /** Answers a member that joins, once the rebalance has come that far. */
  join(groupId: string, event: Omit<JoinEvent, "type" | "ticket">): Promise<JoinAnswer> {
    return this.#ask(this.#executor.joins, groupId, (ticket) => ({ ...event, type: "join", ticket }));
  }

  /** Answers a member that asks for its assignment, once the leader's is in the log. */
  sync(groupId: string, event: Omit<SyncEvent, "type" | "ticket">): Promise<SyncAnswer> {
    return this.#ask(this.#executor.syncs, groupId, (ticket) => ({ ...event, type: "sync", ticket }));
  }

  /** Answers a heartbeat with an error code. */
  heartbeat(groupId: string, event: Omit<HeartbeatEvent, "type" | "ticket">): Promise<number> {
    return this.#ask(this.#executor.heartbeats, groupId, (ticket) => ({ ...event, type: "heartbeat", ticket }));
  }

  /** Lets members go. */
  leave(groupId: string, event: Omit<LeaveEvent, "type" | "ticket">): Promise<LeaveAnswer> {
    return this.#ask(this.#executor.leaves, groupId, (ticket) => ({ ...event, type: "leave", ticket }));
  }

  /** Looks at what has been applied so far. Throws a GroupError when the shard does not serve. */
  read<Answer>(look: (view: ShardView) => Answer): Answer {
    this.#assertActive();
    return look(this.#view());
  }

  /** Looks and writes, after everything that was asked for before. */
  async write<Answer>(work: (view: ShardView) => Written<Answer>): Promise<Answer> {
    // Twice, because the shard may be closed while the operation waits for its turn; a shard that loads does not make anybody wait.
    this.#assertActive();
    return this.#queue.add(async () => {
      this.#assertActive();
      const { records, answer, events = [] } = work(this.#view());
      await this.#append(records);
      for (const { groupId, event } of events)
        this.#adopt(groupId, transition(this.#view().group(groupId) ?? emptyGroup(null), event, this.#rules()));
      return answer;
    });
  }

  /** Stops serving: whoever waits hears NOT_COORDINATOR. What is being appended at this moment is still answered. Idempotent. */
  async close(): Promise<void> {
    this.#closing.abort();
    this.#expiryTimer?.cancel();
    this.#executor.deadlines.cancelAll();
    await this.#queue.add(() => {
      for (const [groupId, group] of [...this.#live]) {
        this.#adopt(groupId, transition(group, { type: "unload" }, this.#rules()));
      }
      this.#expiryTimer?.cancel();
      this.#executor.stop(new GroupError(ErrorCode.NOT_COORDINATOR));
    });
  }

  async #ask<Answer>(
    tickets: Tickets<Answer>,
    groupId: string,
    makeEvent: (ticket: Ticket) => GroupEvent,
  ): Promise<Answer> {
    this.#assertActive();
    const { ticket, answered } = tickets.open();
    try {
      await this.#queue.add(() => this.#happen(groupId, makeEvent(ticket)));
    } catch (error) {
      tickets.withdraw(ticket);
      throw error;
    }
    return answered;
  }

  /** Lets something happen to a group; rejects, with everything as before, when what it writes cannot be appended. */
  async #happen(groupId: string, event: GroupEvent): Promise<void> {
    this.#assertActive();
    const known = this.#view().group(groupId);
    if (known !== undefined) return this.#take(groupId, transition(known, event, this.#rules()));
    if (event.type === "join") return this.#joinUnknownGroup(groupId, event);
    // Nobody is in a group that does not exist, as in an empty one; it does not come into being by being asked.
    this.#executor.execute(groupId, transition(emptyGroup(null), event, this.#rules()).commands);
  }

  /** The first member makes the group, and the log hears of it at once. */
  async #joinUnknownGroup(groupId: string, event: JoinEvent): Promise<void> {
    if (event.memberId !== "")
      return this.#executor.joins.answer(event.ticket, failedJoin(ErrorCode.UNKNOWN_MEMBER_ID, event.memberId));
    const rules = this.#rules();
    const created = {
      protocolType: null,
      generation: 0,
      protocolName: null,
      leader: null,
      changedAtMs: rules.nowMs,
      members: [],
    };
    const step = transition(emptyGroup(rules.nowMs), event, rules);
    await this.#take(groupId, {
      group: step.group,
      commands: [{ type: "write", metadata: created }, ...step.commands],
    });
  }

  async #take(groupId: string, step: Step): Promise<void> {
    const records = step.commands.flatMap((command) =>
      command.type === "write" ? [{ kind: "group" as const, groupId, value: command.metadata }] : [],
    );
    await this.#append(records);
    this.#adopt(groupId, step);
  }

  #adopt(groupId: string, step: Step): void {
    if (step.group.state === "Dead") this.#forget(groupId);
    else this.#live.set(groupId, step.group);
    this.#executor.execute(groupId, step.commands);
  }

  #forget(groupId: string): void {
    this.#live.delete(groupId);
    this.#executor.deadlines.cancelGroup(groupId);
  }

  #onDeadline(groupId: string, deadline: Deadline): void {
    const passed = this.#queue.add(async () => {
      // What stood before it in the queue may have set the deadline anew.
      if (this.#closing.signal.aborted || this.#executor.deadlines.isSet(groupId, deadline)) return;
      const group = this.#view().group(groupId);
      if (group === undefined) return;
      try {
        await this.#take(groupId, transition(group, deadlineEvent(deadline), this.#rules()));
      } catch (error) {
        if (!(error instanceof GroupError)) throw error;
        this.#executor.deadlines.set(groupId, deadline, retryAfterFailedAppendMs);
      }
    });
    passed.catch(this.#options.onError);
  }

  /** Appends records as one batch and applies them; rejects with a GroupError, and with nothing applied, when the log refuses. */
  async #append(records: readonly GroupRecord[]): Promise<void> {
    if (records.length === 0) return;
    let firstOffset: bigint;
    try {
      const batch = writeGroupBatch(records, this.#options.clock.now());
      ({ firstOffset } = await this.#options.log.append(batch, {
        leaderEpoch: this.#leaderEpoch,
        origin: "coordinator",
      }));
    } catch (error) {
      throw appendFailure(error);
    }
    for (const [index, record] of records.entries()) {
      this.#store.apply(record, { offset: firstOffset + BigInt(index), producerId: -1n });
      if (record.kind === "group" && record.value === null) this.#forget(record.groupId);
    }
    this.#scheduleExpiry();
  }

  #restore(groupId: string): void {
    const metadata = this.#store.metadata(groupId);
    if (metadata === undefined) return;
    this.#adopt(groupId, transition(restoreGroup(metadata), { type: "restored" }, this.#rules()));
  }

  /** Looks for expired offsets from time to time, as long as there is anything that may expire. */
  #scheduleExpiry(): void {
    if (this.#expiryTimer !== undefined || this.#store.size === 0 || this.#closing.signal.aborted) return;
    this.#expiryTimer = this.#options.clock.timer(this.#options.settings.offsetsRetentionCheckIntervalMs, () => {
      this.#expiryTimer = undefined;
      this.#queue.add(() => this.#expire()).catch(this.#options.onError);
    });
  }

  async #expire(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    const nowMs = this.#options.clock.now();
    const retentionMs = this.#options.settings.offsetsRetentionMs;
    const records = [...this.#store.groupIds()].flatMap((groupId) =>
      expiredRecords(this.#view().group(groupId) ?? emptyGroup(null), this.#store.offsets, {
        groupId,
        nowMs,
        retentionMs,
      }),
    );
    try {
      for (let start = 0; start < records.length; start += expiryBatchRecords)
        await this.#append(records.slice(start, start + expiryBatchRecords));
    } finally {
      this.#scheduleExpiry();
    }
  }

  #view(): ShardView {
    return {
      store: this.#store,
      nowMs: this.#options.clock.now(),
      group: (groupId) => {
        const metadata = this.#store.metadata(groupId);
        return this.#live.get(groupId) ?? (metadata === undefined ? undefined : restoreGroup(metadata));
      },
    };
  }

  #rules(): GroupRules {
    return { ...this.#options.settings, nowMs: this.#options.clock.now() };
  }

  #assertActive(): void {
    if (this.#closing.signal.aborted || this.#status === "failed") throw new GroupError(ErrorCode.NOT_COORDINATOR);
    if (this.#status === "loading") throw new GroupError(ErrorCode.COORDINATOR_LOAD_IN_PROGRESS);
  }
}

function deadlineEvent(deadline: Deadline): GroupEvent {
  if (deadline.type === "session") return { type: "sessionDeadline", memberId: deadline.memberId };
  return deadline.type === "join" ? { type: "joinDeadline" } : { type: "syncDeadline" };
}
