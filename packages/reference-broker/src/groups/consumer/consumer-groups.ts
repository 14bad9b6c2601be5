import type { Clock } from "@moldau/platform";
import { ErrorCode } from "@moldau/protocol-codec";
import { CoordinatorError } from "../../coordination/coordinator-error.js";
import type { ClassicTickets } from "../classic/executor.js";
import { membersOf, type ClassicGroup, type StableGroup } from "../classic/state.js";
import type { GroupRecord } from "../records.js";
import type { GroupStore } from "../store.js";
import type {
  ClassicRequest,
  ConsumerEvent,
  ConsumerHeartbeatAnswer,
  ConsumerHeartbeatEvent,
  ConsumerRules,
  ConsumerStep,
  MemberDeadline,
  Origin,
} from "./events.js";
import { ConsumerExecutor, type GroupCommand } from "./executor.js";
import { resolvePatterns } from "./patterns.js";
import { newConsumerGroup, type ConsumerGroup } from "./state.js";
import { preferredAssignor } from "./target.js";
import { groupTombstones } from "./tombstones.js";
import { transition } from "./transition.js";

/** What the groups of the consumer protocol in a shard need of it. */
export interface ConsumerGroupsHost {
  readonly clock: Clock;
  readonly store: GroupStore;
  /** Settings, topics and the time, for a group. */
  readonly rules: (groupId: string) => Omit<ConsumerRules, "groupId" | "topicsChanged" | "isResolving">;
  /** An id for a member that brings none. */
  readonly newMemberId: () => string;
  /** Does something in its turn; rejects when the shard does not serve. */
  inTurn(work: () => Promise<void>): Promise<void>;
  /** Does something in its turn that no request waits for. */
  inBackground(work: () => Promise<void>): void;
  /** Writes and applies records; rejects, with nothing applied, when the log refuses. */
  append(records: readonly GroupRecord[]): Promise<void>;
  /** Hears what became of a group by something that happened to it. */
  changed(change: ConsumerChange): void;
  /** The groups of the classic protocol in the shard. */
  readonly classic: {
    readonly tickets: ClassicTickets;
    get(groupId: string): ClassicGroup | undefined;
    /** The group is one of the consumer protocol now: whoever waits in it is sent back to join. */
    end(groupId: string): void;
    /** The group is one of the classic protocol now. Resolves when it has begun the rebalance that it may have to. */
    begin(groupId: string, group: StableGroup, rebalances: boolean): void;
  };
}

/** What became of a group. */
export interface ConsumerChange {
  readonly groupId: string;
  /** Undefined when it was none of the consumer protocol before, or is none any more. */
  readonly before: ConsumerGroup | undefined;
  readonly after: ConsumerGroup | undefined;
  /** The members that it has, or had, in the classic protocol: they neither come nor go by changing it. */
  readonly carriedOver: ReadonlySet<string>;
  /** The assignor that its target is worked out with. */
  readonly assignor: string;
  /** What did it. */
  readonly by: ConsumerEvent;
}

const none: ReadonlySet<string> = new Set();

/** How often is tried again what a deadline wanted done but the log refused, in milliseconds. */
const retryAfterFailedAppendMs = 1000;

/**
 * The groups of the consumer protocol in one shard. All that they are stands in the log, so the store has it; here is only who waits for an
 * answer, which deadlines run, and of which groups the topics have been looked at.
 */
export class ConsumerGroups {
  readonly #host: ConsumerGroupsHost;
  readonly #executor: ConsumerExecutor;
  /** For each group, in which epoch its topics were looked at, and until when that holds. */
  readonly #topicsSeen = new Map<string, { readonly epoch: number; readonly untilMs: number }>();
  /** The groups whose patterns are being looked up. */
  readonly #resolving = new Set<string>();

  constructor(host: ConsumerGroupsHost) {
    this.#host = host;
    this.#executor = new ConsumerExecutor(host.clock, host.classic.tickets, (groupId, deadline) =>
      this.#onDeadline(groupId, deadline),
    );
  }

  /** Answers a ConsumerGroupHeartbeat. */
  async heartbeat(
    groupId: string,
    event: Omit<ConsumerHeartbeatEvent, "type" | "ticket" | "newMemberId">,
  ): Promise<ConsumerHeartbeatAnswer> {
    const { ticket, answered } = this.#executor.heartbeats.open();
    const newMemberId = event.memberId === "" ? this.#host.newMemberId() : event.memberId;
    try {
      await this.#host.inTurn(() =>
        this.#happen(groupId, { ...event, type: "consumerHeartbeat", ticket, newMemberId }),
      );
    } catch (error) {
      this.#executor.heartbeats.withdraw(ticket);
      throw error;
    }
    return answered;
  }

  /**
   * Takes a request of the classic protocol, in its turn, when its group is one of the consumer protocol: whether it did. A member that
   * joins an empty one makes it a classic group again, which is not done here.
   */
  async take(groupId: string, event: ClassicRequest): Promise<boolean> {
    const group = this.#host.store.consumer(groupId);
    if (group === undefined || (event.type === "join" && group.members.size === 0)) return false;
    const isNew = event.type === "join" && event.memberId === "";
    const named = isNew ? { ...event, newMemberId: this.#host.newMemberId() } : event;
    await this.#happen(groupId, named);
    return true;
  }

  /** The records that make room for a classic group where an empty one of the consumer protocol is. */
  tombstones(groupId: string): readonly GroupRecord[] {
    const group = this.#host.store.consumer(groupId);
    return group === undefined ? [] : groupTombstones(groupId, group);
  }

  /** The log was read: the deadlines of its groups begin anew. */
  restore(): void {
    for (const groupId of this.#host.store.groupIds()) {
      const group = this.#host.store.consumer(groupId);
      if (group !== undefined) this.#execute(groupId, this.#step(groupId, { type: "restored" }));
    }
  }

  /** Topics were made, changed or removed: groups that read one of them look at theirs with the next heartbeat of any member. */
  topicsChanged(isSubscribed: (group: ConsumerGroup) => boolean): void {
    for (const groupId of [...this.#topicsSeen.keys()]) {
      const group = this.#host.store.consumer(groupId);
      if (group === undefined || isSubscribed(group)) this.#topicsSeen.delete(groupId);
    }
  }

  /** The group is none of the consumer protocol any more. */
  forget(groupId: string): void {
    this.#topicsSeen.delete(groupId);
    this.#executor.deadlines.cancelOwner(groupId);
  }

  /** No deadline passes any more: the shard is being closed. */
  stopTime(): void {
    this.#executor.deadlines.cancelAll();
  }

  /** The shard is closed: whoever waits hears NOT_COORDINATOR. */
  unload(): void {
    this.#executor.stop(new CoordinatorError(ErrorCode.NOT_COORDINATOR));
  }

  /** Lets something happen to a group; rejects, with everything as before, when what it writes cannot be appended. */
  async #happen(groupId: string, event: ConsumerEvent): Promise<void> {
    const before = this.#host.store.consumer(groupId);
    const upgraded = before === undefined ? this.#classicMembers(groupId) : none;
    const step = this.#step(groupId, event);
    await this.#host.append(step.records);
    const after = this.#host.store.consumer(groupId);
    if (after === undefined) this.forget(groupId);
    this.#execute(groupId, step);
    if (before === after) return;
    const carriedOver = after === undefined ? this.#classicMembers(groupId) : upgraded;
    const assignor = preferredAssignor(after ?? newConsumerGroup, this.#host.rules(groupId).assignors);
    this.#host.changed({ groupId, before, after, carriedOver, assignor, by: event });
  }

  #classicMembers(groupId: string): ReadonlySet<string> {
    const group = this.#host.classic.get(groupId);
    return group === undefined ? none : new Set(membersOf(group).map(({ memberId }) => memberId));
  }

  #step(groupId: string, event: ConsumerEvent): ConsumerStep {
    const rules = this.#host.rules(groupId);
    const seen = this.#topicsSeen.get(groupId);
    return transition(this.#origin(groupId), event, {
      ...rules,
      groupId,
      topicsChanged: (epoch) => seen === undefined || rules.nowMs >= seen.untilMs || epoch < seen.epoch,
      isResolving: this.#resolving.has(groupId),
    });
  }

  #origin(groupId: string): Origin {
    const group = this.#host.store.consumer(groupId);
    if (group !== undefined) return { type: "consumer", group };
    const classic = this.#host.classic.get(groupId);
    return classic === undefined ? { type: "none" } : { type: "classic", group: classic };
  }

  #execute(groupId: string, { commands }: ConsumerStep): void {
    this.#executor.execute(groupId, commands, (command) => this.#carryOut(groupId, command));
  }

  #carryOut(groupId: string, command: GroupCommand): void {
    switch (command.type) {
      case "topicsSeen":
        this.#topicsSeen.set(groupId, { epoch: command.epoch, untilMs: command.untilMs });
        return;
      case "resolvePatterns":
        return this.#resolve(groupId, command);
      case "endClassic":
        return this.#host.classic.end(groupId);
      case "becomeClassic":
        return this.#host.classic.begin(groupId, command.group, command.rebalances);
    }
  }

  /** Looks patterns up in a turn of its own, behind what waits already: a heartbeat is not held up by thousands of topics. */
  #resolve(
    groupId: string,
    { patterns, mayDescribe }: Extract<GroupCommand, { readonly type: "resolvePatterns" }>,
  ): void {
    this.#resolving.add(groupId);
    this.#host.inBackground(async () => {
      this.#resolving.delete(groupId);
      const { topics, nowMs } = this.#host.rules(groupId);
      const resolved = resolvePatterns(patterns, topics, { nowMs, mayDescribe });
      try {
        await this.#happen(groupId, { type: "patternsResolved", resolved });
      } catch (error) {
        // The next heartbeat of the group has them looked up again.
        if (!(error instanceof CoordinatorError)) throw error;
      }
    });
  }

  #onDeadline(groupId: string, deadline: MemberDeadline): void {
    this.#host.inBackground(async () => {
      // What stood before it in the queue may have set the deadline anew.
      if (this.#executor.deadlines.isSet(groupId, deadline)) return;
      try {
        await this.#happen(groupId, { type: "deadline", deadline });
      } catch (error) {
        if (!(error instanceof CoordinatorError)) throw error;
        this.#executor.deadlines.set(groupId, deadline, retryAfterFailedAppendMs);
      }
    });
  }
}
