import type { Clock } from "@moldau/platform";
import { Deadlines } from "../../coordination/deadlines.js";
import { Tickets } from "../../coordination/tickets.js";
import type { ClassicTickets } from "../classic/executor.js";
import type { ConsumerCommand, ConsumerHeartbeatAnswer, MemberDeadline } from "./events.js";

/** What a step wants done beyond answers and deadlines. */
export type GroupCommand = Extract<
  ConsumerCommand,
  { readonly type: "topicsSeen" | "resolvePatterns" | "endClassic" | "becomeClassic" }
>;

/** Does what transitions want done: keeps the requests that wait and the deadlines that run. */
export class ConsumerExecutor {
  readonly heartbeats = new Tickets<ConsumerHeartbeatAnswer>();
  readonly deadlines: Deadlines<MemberDeadline>;
  readonly #classic: ClassicTickets;

  /** `onDeadline` is called when a deadline passes. Requests of the classic protocol are answered by its own tickets. */
  constructor(clock: Clock, classic: ClassicTickets, onDeadline: (groupId: string, deadline: MemberDeadline) => void) {
    this.#classic = classic;
    this.deadlines = new Deadlines({ clock, nameOf, fire: onDeadline });
  }

  /** Executes the commands of a step in their order, those that are about the whole group by `carryOut`. */
  execute(groupId: string, commands: readonly ConsumerCommand[], carryOut: (command: GroupCommand) => void): void {
    for (const command of commands) {
      switch (command.type) {
        case "answer":
          this.heartbeats.answer(command.ticket, command.answer);
          break;
        case "answerJoin":
          this.#classic.joins.answer(command.ticket, command.answer);
          break;
        case "answerSync":
          this.#classic.syncs.answer(command.ticket, command.answer);
          break;
        case "answerHeartbeat":
          this.#classic.heartbeats.answer(command.ticket, command.errorCode);
          break;
        case "answerLeave":
          this.#classic.leaves.answer(command.ticket, command.answer);
          break;
        case "setDeadline":
          this.deadlines.set(groupId, command.deadline, command.delayMs);
          break;
        case "expectDeadline":
          if (!this.deadlines.isSet(groupId, command.deadline))
            this.deadlines.set(groupId, command.deadline, command.delayMs);
          break;
        case "cancelDeadline":
          this.deadlines.cancel(groupId, deadlineOf(command.deadline, command.memberId));
          break;
        case "forgetMember":
          for (const type of deadlineTypes) this.deadlines.cancel(groupId, deadlineOf(type, command.memberId));
          break;
        default:
          carryOut(command);
      }
    }
  }

  /** Takes back every deadline and fails every request that still waits. */
  stop(error: unknown): void {
    this.deadlines.cancelAll();
    this.heartbeats.failAll(error);
  }
}

const deadlineTypes = ["session", "revocation", "join", "sync"] as const;

/** A deadline of a member, of which the epoch does not matter to its name. */
function deadlineOf(type: MemberDeadline["type"], memberId: string): MemberDeadline {
  return type === "revocation" ? { type, memberId, epoch: 0 } : { type, memberId };
}

function nameOf({ type, memberId }: MemberDeadline): string {
  return `${type} ${memberId}`;
}
