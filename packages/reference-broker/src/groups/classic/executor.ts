import type { Clock } from "@moldau/platform";
import type { GroupCommand, JoinAnswer, LeaveAnswer, SyncAnswer } from "./events.js";
import { Deadlines } from "../../coordination/deadlines.js";
import { Tickets } from "../../coordination/tickets.js";

/** A deadline of a group: of its rebalance, of its sync phase, or of one member's session. */
export type GroupDeadline =
  | { readonly type: "join" }
  | { readonly type: "sync" }
  | { readonly type: "session"; readonly memberId: string };

/** Requests of the classic protocol that wait for their answers, from members of groups of whatever protocol. */
export class ClassicTickets {
  readonly joins = new Tickets<JoinAnswer>();
  readonly syncs = new Tickets<SyncAnswer>();
  readonly heartbeats = new Tickets<number>();
  readonly leaves = new Tickets<LeaveAnswer>();

  /** Fails every request that still waits. */
  failAll(error: unknown): void {
    for (const tickets of [this.joins, this.syncs, this.heartbeats, this.leaves]) tickets.failAll(error);
  }
}

/** Does what transitions want done: keeps the requests that wait and the deadlines that run. */
export class CommandExecutor {
  readonly tickets = new ClassicTickets();
  readonly deadlines: Deadlines<GroupDeadline>;

  /** `onDeadline` is called when a deadline passes. */
  constructor(clock: Clock, onDeadline: (groupId: string, deadline: GroupDeadline) => void) {
    this.deadlines = new Deadlines({ clock, nameOf, fire: onDeadline });
  }

  /** Executes the commands of a step in their order. What is to be written has been appended before. */
  execute(groupId: string, commands: readonly GroupCommand[]): void {
    for (const command of commands) {
      switch (command.type) {
        case "write":
          break;
        case "answerJoin":
          this.tickets.joins.answer(command.ticket, command.answer);
          break;
        case "answerSync":
          this.tickets.syncs.answer(command.ticket, command.answer);
          break;
        case "answerHeartbeat":
          this.tickets.heartbeats.answer(command.ticket, command.errorCode);
          break;
        case "answerLeave":
          this.tickets.leaves.answer(command.ticket, command.answer);
          break;
        case "setDeadline":
          this.deadlines.set(groupId, { type: command.deadline }, command.delayMs);
          break;
        case "cancelDeadline":
          this.deadlines.cancel(groupId, { type: command.deadline });
          break;
        case "expectHeartbeat":
          this.deadlines.set(groupId, { type: "session", memberId: command.memberId }, command.withinMs);
          break;
        case "forgetMember":
          this.deadlines.cancel(groupId, { type: "session", memberId: command.memberId });
          break;
      }
    }
  }

  /** Takes back every deadline and fails every request that still waits. */
  stop(error: unknown): void {
    this.deadlines.cancelAll();
    this.tickets.failAll(error);
  }
}

function nameOf(deadline: GroupDeadline): string {
  return deadline.type === "session" ? `session ${deadline.memberId}` : deadline.type;
}
