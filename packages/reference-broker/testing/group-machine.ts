import { encodeSubscription } from "@moldau/protocol-codec";
import type {
  GroupEvent,
  GroupRules,
  JoinAnswer,
  JoinEvent,
  LeaveAnswer,
  SyncAnswer,
} from "../src/groups/classic/events.js";
import { emptyGroup, type ClassicGroup } from "../src/groups/classic/state.js";
import { transition } from "../src/groups/classic/transition.js";
import type { GroupMetadata } from "../src/groups/records.js";

/** Subscription of a consumer to some topics, as clients write it. */
export function subscription(...topics: readonly string[]): Buffer {
  return encodeSubscription(1, { topics, userData: null, ownedPartitions: [] });
}

/** A group's state machine with an executor that only takes notes: what was answered and written, and which deadlines stand. */
export class GroupMachine {
  group: ClassicGroup;
  readonly rules: { -readonly [Key in keyof GroupRules]: GroupRules[Key] };
  readonly joins = new Map<number, JoinAnswer>();
  readonly syncs = new Map<number, SyncAnswer>();
  readonly heartbeats = new Map<number, number>();
  readonly leaves = new Map<number, LeaveAnswer>();
  readonly writes: GroupMetadata[] = [];
  /** When each deadline falls due, by `join`, `sync` or member id. */
  readonly deadlines = new Map<string, number>();
  #ticket = 0;
  #memberCount = 0;

  constructor(rules: Partial<GroupRules> = {}, group?: ClassicGroup) {
    this.rules = {
      nowMs: 1000,
      initialRebalanceDelayMs: 0,
      maxSize: 2_147_483_647,
      newMemberJoinTimeoutMs: 300_000,
      ...rules,
    };
    this.group = group ?? emptyGroup(this.rules.nowMs);
  }

  /** Lets something happen. */
  happen(event: GroupEvent): void {
    const step = transition(this.group, event, this.rules);
    this.group = step.group;
    for (const command of step.commands) {
      if (command.type === "write") this.writes.push(command.metadata);
      else if (command.type === "answerJoin") note(this.joins, command.ticket, command.answer);
      else if (command.type === "answerSync") note(this.syncs, command.ticket, command.answer);
      else if (command.type === "answerHeartbeat") note(this.heartbeats, command.ticket, command.errorCode);
      else if (command.type === "answerLeave") note(this.leaves, command.ticket, command.answer);
      else if (command.type === "setDeadline") this.deadlines.set(command.deadline, this.rules.nowMs + command.delayMs);
      else if (command.type === "cancelDeadline") this.deadlines.delete(command.deadline);
      else if (command.type === "expectHeartbeat")
        this.deadlines.set(command.memberId, this.rules.nowMs + command.withinMs);
      else this.deadlines.delete(command.memberId);
    }
  }

  /** Sends a JoinGroup; returns its ticket. By default a new member that needs no id first. */
  join(event: Partial<JoinEvent> = {}): number {
    const ticket = ++this.#ticket;
    this.happen({
      type: "join",
      ticket,
      memberId: "",
      groupInstanceId: null,
      newMemberId: `m${(event.memberId ?? "") === "" ? ++this.#memberCount : 0}`,
      clientId: "client",
      clientHost: "/127.0.0.1",
      protocolType: "consumer",
      protocols: [{ name: "range", metadata: subscription("t") }],
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 60_000,
      requiresKnownMemberId: false,
      supportsSkippingAssignment: false,
      ...event,
    });
    return ticket;
  }

  sync(
    memberId: string,
    assignments: Readonly<Record<string, string>> = {},
    event: Partial<Extract<GroupEvent, { type: "sync" }>> = {},
  ): number {
    const ticket = ++this.#ticket;
    const bytes = Object.entries(assignments).map(([id, text]): [string, Buffer] => [id, Buffer.from(text)]);
    this.happen({
      type: "sync",
      ticket,
      memberId,
      groupInstanceId: null,
      generationId: this.generation,
      protocolType: null,
      protocolName: null,
      assignments: new Map(bytes),
      ...event,
    });
    return ticket;
  }

  heartbeat(memberId: string, event: Partial<Extract<GroupEvent, { type: "heartbeat" }>> = {}): number | undefined {
    const ticket = ++this.#ticket;
    this.happen({
      type: "heartbeat",
      ticket,
      memberId,
      groupInstanceId: null,
      generationId: this.generation,
      ...event,
    });
    return this.heartbeats.get(ticket);
  }

  leave(...members: readonly { memberId?: string; groupInstanceId?: string | null }[]): LeaveAnswer | undefined {
    const ticket = ++this.#ticket;
    this.happen({
      type: "leave",
      ticket,
      members: members.map((member) => ({ memberId: "", groupInstanceId: null, ...member })),
    });
    return this.leaves.get(ticket);
  }

  /** Lets time pass, with every deadline that falls due. */
  advance(ms: number): void {
    const endMs = this.rules.nowMs + ms;
    for (;;) {
      const next = [...this.deadlines]
        .filter(([, dueMs]) => dueMs <= endMs)
        .sort(([, one], [, other]) => one - other)[0];
      if (next === undefined) break;
      const [name, dueMs] = next;
      this.deadlines.delete(name);
      this.rules.nowMs = Math.max(this.rules.nowMs, dueMs);
      if (name === "join") this.happen({ type: "joinDeadline" });
      else if (name === "sync") this.happen({ type: "syncDeadline" });
      else this.happen({ type: "sessionDeadline", memberId: name });
    }
    this.rules.nowMs = endMs;
  }

  get generation(): number {
    return this.group.state === "Dead" ? -1 : this.group.generation;
  }

  get memberIds(): readonly string[] {
    return this.group.state === "Empty" || this.group.state === "Dead" ? [] : [...this.group.roster.members.keys()];
  }

  /** A stable group of `count` members m1, m2, … in generation 1, m1 leading. */
  static stable(count: number, join: Partial<JoinEvent> = {}): GroupMachine {
    const machine = new GroupMachine({ initialRebalanceDelayMs: 10 });
    for (let index = 0; index < count; index++) machine.join(join);
    machine.advance(60);
    machine.rules.initialRebalanceDelayMs = 0;
    const shares = Object.fromEntries(machine.memberIds.map((id) => [id, `share of ${id}`]));
    for (const id of machine.memberIds) machine.sync(id, id === "m1" ? shares : {});
    machine.writes.length = 0;
    return machine;
  }
}

function note<Answer>(answers: Map<number, Answer>, ticket: number, answer: Answer): void {
  if (answers.has(ticket)) throw new Error(`ticket ${ticket} is answered twice`);
  answers.set(ticket, answer);
}
