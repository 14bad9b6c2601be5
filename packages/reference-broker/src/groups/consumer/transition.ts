import { CoordinatorError } from "../../coordination/coordinator-error.js";
import { classicRequest } from "./classic-requests.js";
import { Draft, noStep } from "./draft.js";
import {
  failedHeartbeat,
  type ConsumerCommand,
  type ConsumerEvent,
  type ConsumerRules,
  type ConsumerStep,
  type Origin,
} from "./events.js";
import { heartbeat } from "./heartbeat.js";
import { expire, leave } from "./leave.js";
import { takeResolved } from "./patterns.js";
import { memberEpochs, newConsumerGroup, type ConsumerGroup } from "./state.js";

/**
 * What is written and done when something happens to a group of the consumer protocol, or to one that is to become one. A pure function: the
 * same group, event and rules always give the same step, and nothing that was given is changed. What the group is afterwards its records say.
 */
export function transition(origin: Origin, event: ConsumerEvent, rules: ConsumerRules): ConsumerStep {
  switch (event.type) {
    case "consumerHeartbeat":
      try {
        const leaves = event.memberEpoch === memberEpochs.leave || event.memberEpoch === memberEpochs.leaveForAWhile;
        return leaves ? leave(origin, event, rules) : heartbeat(origin, event, rules);
      } catch (error) {
        if (!(error instanceof CoordinatorError)) throw error;
        const answer = failedHeartbeat(error.errorCode, error.message);
        return { records: [], commands: [{ type: "answer", ticket: event.ticket, answer }] };
      }
    case "join":
    case "sync":
    case "heartbeat":
    case "leave":
      return classicRequest(groupOf(origin) ?? newConsumerGroup, event, rules);
    case "deadline":
      return withGroup(origin, (group) => expire(group, event.deadline, rules));
    case "patternsResolved":
      return withGroup(origin, (group) => {
        const draft = new Draft(rules.groupId, group);
        takeResolved(draft, event.resolved, rules);
        return draft.step;
      });
    case "restored":
      return withGroup(origin, (group) => ({ records: [], commands: welcomeBack(group, rules) }));
  }
}

/** After a restart or a move every member gets a whole session to show itself, and those that give partitions up a whole time limit for that. */
function welcomeBack({ members }: ConsumerGroup, { sessionTimeoutMs }: ConsumerRules): readonly ConsumerCommand[] {
  return [...members.values()].flatMap(({ memberId, epoch, state, rebalanceTimeoutMs }) => {
    const session = {
      type: "setDeadline",
      deadline: { type: "session", memberId },
      delayMs: sessionTimeoutMs,
    } as const;
    if (state !== "unrevokedPartitions") return [session];
    const deadline = { type: "revocation", memberId, epoch } as const;
    return [session, { type: "setDeadline", deadline, delayMs: rebalanceTimeoutMs } as const];
  });
}

function withGroup(origin: Origin, work: (group: ConsumerGroup) => ConsumerStep): ConsumerStep {
  const group = groupOf(origin);
  return group === undefined ? noStep : work(group);
}

function groupOf(origin: Origin): ConsumerGroup | undefined {
  return origin.type === "consumer" ? origin.group : undefined;
}
