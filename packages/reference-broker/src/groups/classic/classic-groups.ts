import type { Clock } from "@moldau/platform";
import { ErrorCode } from "@moldau/protocol-codec";
import { CoordinatorError } from "../../coordination/coordinator-error.js";
import type { Ticket, Tickets } from "../../coordination/tickets.js";
import type { GroupRecord } from "../records.js";
import type { GroupStore } from "../store.js";
import type { ClassicRequest } from "../consumer/events.js";
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
} from "./events.js";
import { CommandExecutor, type ClassicTickets, type GroupDeadline } from "./executor.js";
import { restoreGroup } from "./persisted.js";
import { emptyGroup, type ClassicGroup, type StableGroup } from "./state.js";
import { transition } from "./transition.js";

/** What the classic groups of a shard need of it. */
export interface ClassicGroupsHost {
  readonly clock: Clock;
  readonly store: GroupStore;
  readonly rules: () => GroupRules;
  /** Does something in its turn; rejects when the shard does not serve. */
  inTurn(work: () => Promise<void>): Promise<void>;
  /** Does something in its turn that no request waits for. */
  inBackground(work: () => Promise<void>): void;
  /** Writes and applies records; rejects, with nothing applied, when the log refuses. */
  append(records: readonly GroupRecord[]): Promise<void>;
  /** Hears what became of a group by something that happened to it. */
  changed(change: ClassicChange): void;
  /** The groups of the consumer protocol in the shard. */
  readonly consumer: {
    /** Takes a request to a group of the consumer protocol, unless it is a JoinGroup and the group is empty: whether it did. */
    take(groupId: string, request: ClassicRequest): Promise<boolean>;
    /** The records that make room for a classic group where an empty one of the consumer protocol is. */
    tombstones(groupId: string): readonly GroupRecord[];
  };
}

/** What became of a group. */
export interface ClassicChange {
  readonly groupId: string;
  readonly before: ClassicGroup;
  readonly after: ClassicGroup;
  /** What did it. */
  readonly by: GroupEvent["type"];
}

/** How often is tried again what a deadline wanted done but the log refused, in milliseconds. */
const retryAfterFailedAppendMs = 1000;

/**
 * The live groups of the classic protocol in one shard: what the log does not keep of them, who waits for an answer, which deadlines run.
 *
 * Whatever happens to a group goes through its state machine; what that writes is appended before anything of the step takes effect.
 */
export class ClassicGroups {
  readonly #host: ClassicGroupsHost;
  readonly #executor: CommandExecutor;
  readonly #live = new Map<string, ClassicGroup>();

  constructor(host: ClassicGroupsHost) {
    this.#host = host;
    this.#executor = new CommandExecutor(host.clock, (groupId, deadline) => this.#onDeadline(groupId, deadline));
  }

  /** The requests that wait for their answers. */
  get tickets(): ClassicTickets {
    return this.#executor.tickets;
  }

  /** The group of an id as it is now, or undefined when there is none. */
  get(groupId: string): ClassicGroup | undefined {
    const metadata = this.#host.store.metadata(groupId);
    return this.#live.get(groupId) ?? (metadata === undefined ? undefined : restoreGroup(metadata));
  }

  /** Answers a member that joins, once the rebalance has come that far. */
  join(groupId: string, event: Omit<JoinEvent, "type" | "ticket">): Promise<JoinAnswer> {
    return this.#ask(this.#executor.tickets.joins, groupId, (ticket) => ({ ...event, type: "join", ticket }));
  }

  /** Answers a member that asks for its assignment, once the leader's is in the log. */
  sync(groupId: string, event: Omit<SyncEvent, "type" | "ticket">): Promise<SyncAnswer> {
    return this.#ask(this.#executor.tickets.syncs, groupId, (ticket) => ({ ...event, type: "sync", ticket }));
  }

  /** Answers a heartbeat with an error code. */
  heartbeat(groupId: string, event: Omit<HeartbeatEvent, "type" | "ticket">): Promise<number> {
    return this.#ask(this.#executor.tickets.heartbeats, groupId, (ticket) => ({ ...event, type: "heartbeat", ticket }));
  }

  /** Lets members go. */
  leave(groupId: string, event: Omit<LeaveEvent, "type" | "ticket">): Promise<LeaveAnswer> {
    return this.#ask(this.#executor.tickets.leaves, groupId, (ticket) => ({ ...event, type: "leave", ticket }));
  }

  /** A member committed, which counts as a sign of life. Nothing is written by that. */
  committed(groupId: string, memberId: string): void {
    const group = this.get(groupId) ?? emptyGroup(null);
    this.#adopt(groupId, transition(group, { type: "commit", memberId }, this.#host.rules()));
  }

  /** The log was read: the deadlines of its groups begin anew. */
  restore(): void {
    for (const groupId of this.#host.store.groupIds()) {
      const group = this.get(groupId);
      if (group !== undefined) this.#adopt(groupId, transition(group, { type: "restored" }, this.#host.rules()));
    }
  }

  /** The group is one of the consumer protocol now: whoever waits in it is sent back to join. */
  end(groupId: string): void {
    const group = this.#live.get(groupId);
    if (group !== undefined) this.#adopt(groupId, transition(group, { type: "upgraded" }, this.#host.rules()));
  }

  /** The group is one of the classic protocol now, with members of another before; it may have to rebalance at once. */
  begin(groupId: string, group: StableGroup, rebalances: boolean): void {
    const step = transition(group, { type: rebalances ? "downgraded" : "restored" }, this.#host.rules());
    this.#adopt(groupId, step);
    this.#host.changed({ groupId, before: group, after: step.group, by: "downgraded" });
  }

  /** The log says that the group is gone. */
  forget(groupId: string): void {
    this.#live.delete(groupId);
    this.#executor.deadlines.cancelOwner(groupId);
  }

  /** No deadline passes any more: the shard is being closed. */
  stopTime(): void {
    this.#executor.deadlines.cancelAll();
  }

  /** The shard is closed: whoever waits hears NOT_COORDINATOR. */
  unload(): void {
    for (const [groupId, group] of [...this.#live])
      this.#adopt(groupId, transition(group, { type: "unload" }, this.#host.rules()));
    this.#executor.stop(new CoordinatorError(ErrorCode.NOT_COORDINATOR));
  }

  async #ask<Answer>(
    tickets: Tickets<Answer>,
    groupId: string,
    makeEvent: (ticket: Ticket) => ClassicRequest,
  ): Promise<Answer> {
    const { ticket, answered } = tickets.open();
    try {
      await this.#host.inTurn(() => this.#happen(groupId, makeEvent(ticket)));
    } catch (error) {
      tickets.withdraw(ticket);
      throw error;
    }
    return answered;
  }

  /** Lets something happen to a group; rejects, with everything as before, when what it writes cannot be appended. */
  async #happen(groupId: string, event: ClassicRequest): Promise<void> {
    if (await this.#host.consumer.take(groupId, event)) return;
    const known = this.get(groupId);
    if (known !== undefined) return this.#go(groupId, known, event);
    if (event.type === "join") return this.#joinUnknownGroup(groupId, event);
    // Nobody is in a group that does not exist, as in an empty one; it does not come into being by being asked.
    this.#executor.execute(groupId, transition(emptyGroup(null), event, this.#host.rules()).commands);
  }

  /** The first member makes the group, and the log hears of it at once. */
  async #joinUnknownGroup(groupId: string, event: JoinEvent): Promise<void> {
    if (event.memberId !== "")
      return this.#executor.tickets.joins.answer(event.ticket, failedJoin(ErrorCode.UNKNOWN_MEMBER_ID, event.memberId));
    const rules = this.#host.rules();
    const created = {
      protocolType: null,
      generation: 0,
      protocolName: null,
      leader: null,
      changedAtMs: rules.nowMs,
      members: [],
    };
    const before = emptyGroup(rules.nowMs);
    const step = transition(before, event, rules);
    const commands = [{ type: "write", metadata: created } as const, ...step.commands];
    await this.#take(groupId, { group: step.group, commands }, this.#host.consumer.tombstones(groupId));
    this.#host.changed({ groupId, before, after: step.group, by: event.type });
  }

  /** Goes on to what the group becomes by an event, and tells of it. */
  async #go(groupId: string, before: ClassicGroup, event: GroupEvent): Promise<void> {
    const step = transition(before, event, this.#host.rules());
    await this.#take(groupId, step);
    if (step.group !== before) this.#host.changed({ groupId, before, after: step.group, by: event.type });
  }

  /** `first` is written before what the step writes, in the same batch. */
  async #take(groupId: string, step: Step, first: readonly GroupRecord[] = []): Promise<void> {
    const records = step.commands.flatMap((command) =>
      command.type === "write" ? [{ kind: "group" as const, groupId, value: command.metadata }] : [],
    );
    await this.#host.append([...first, ...records]);
    this.#adopt(groupId, step);
  }

  #adopt(groupId: string, step: Step): void {
    if (step.group.state === "Dead") this.forget(groupId);
    else this.#live.set(groupId, step.group);
    this.#executor.execute(groupId, step.commands);
  }

  #onDeadline(groupId: string, deadline: GroupDeadline): void {
    this.#host.inBackground(async () => {
      // What stood before it in the queue may have set the deadline anew.
      if (this.#executor.deadlines.isSet(groupId, deadline)) return;
      const group = this.get(groupId);
      if (group === undefined) return;
      try {
        await this.#go(groupId, group, deadlineEvent(deadline));
      } catch (error) {
        if (!(error instanceof CoordinatorError)) throw error;
        this.#executor.deadlines.set(groupId, deadline, retryAfterFailedAppendMs);
      }
    });
  }
}

function deadlineEvent(deadline: GroupDeadline): GroupEvent {
  if (deadline.type === "session") return { type: "sessionDeadline", memberId: deadline.memberId };
  return deadline.type === "join" ? { type: "joinDeadline" } : { type: "syncDeadline" };
}
