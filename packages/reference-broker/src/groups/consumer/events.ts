import type { ConsumerGroupHeartbeatRequest } from "@moldau/protocol-codec";
import type { Ticket } from "../../coordination/tickets.js";
import type {
  HeartbeatEvent as ClassicHeartbeatEvent,
  JoinAnswer,
  JoinEvent,
  LeaveAnswer,
  LeaveEvent,
  SyncAnswer,
  SyncEvent,
} from "../classic/events.js";
import type { ClassicGroup, StableGroup } from "../classic/state.js";
import type { GroupRecord } from "../records.js";
import type { ServerAssignor } from "./assignors/assignor.js";
import type { ConsumerGroup, ResolvedPattern } from "./state.js";
import type { toWire } from "./topic-partitions.js";
import type { TopicCatalogue } from "./topic-catalogue.js";

/** Everything that can happen to a group of the consumer protocol. */
export type ConsumerEvent =
  | ConsumerHeartbeatEvent
  | ClassicRequest
  | ConsumerTimeEvent
  | PatternsResolvedEvent
  | { readonly type: "restored" };

/** A request of the classic protocol, from a member that has not come over yet. */
export type ClassicRequest = JoinEvent | SyncEvent | ClassicHeartbeatEvent | LeaveEvent;

/** A ConsumerGroupHeartbeat request: a member joins, lives, changes what it reads, gives partitions up, leaves. */
export interface ConsumerHeartbeatEvent extends Omit<ConsumerGroupHeartbeatRequest, "groupId"> {
  readonly type: "consumerHeartbeat";
  readonly ticket: Ticket;
  /** The id that a member without one is to get. */
  readonly newMemberId: string;
  readonly clientId: string;
  /** As Kafka prints it: `/127.0.0.1`. */
  readonly clientHost: string;
  /** Whether whoever sent it may know that a topic exists: what its pattern stands for holds no others. */
  readonly mayDescribe: (topic: string) => boolean;
}

/** A deadline of a member has passed. */
export type ConsumerTimeEvent = { readonly type: "deadline"; readonly deadline: MemberDeadline };

/** The patterns of a group were looked up. */
export interface PatternsResolvedEvent {
  readonly type: "patternsResolved";
  readonly resolved: ReadonlyMap<string, ResolvedPattern>;
}

/** A time limit that a member is given; it is removed when it passes. */
export type MemberDeadline =
  /** It has to be heard of. */
  | { readonly type: "session"; readonly memberId: string }
  /** It has to give partitions up, and to leave the epoch that it is in by that. */
  | { readonly type: "revocation"; readonly memberId: string; readonly epoch: number }
  /** A member of the classic protocol has to join again, or to fetch its assignment. */
  | { readonly type: "join" | "sync"; readonly memberId: string };

/** What a transition wants done, in this order, after its records have been appended. */
export type ConsumerCommand =
  | { readonly type: "answer"; readonly ticket: Ticket; readonly answer: ConsumerHeartbeatAnswer }
  | { readonly type: "answerJoin"; readonly ticket: Ticket; readonly answer: JoinAnswer }
  | { readonly type: "answerSync"; readonly ticket: Ticket; readonly answer: SyncAnswer }
  | { readonly type: "answerHeartbeat"; readonly ticket: Ticket; readonly errorCode: number }
  | { readonly type: "answerLeave"; readonly ticket: Ticket; readonly answer: LeaveAnswer }
  | { readonly type: "setDeadline"; readonly deadline: MemberDeadline; readonly delayMs: number }
  /** As setDeadline, unless it runs already. */
  | { readonly type: "expectDeadline"; readonly deadline: MemberDeadline; readonly delayMs: number }
  | { readonly type: "cancelDeadline"; readonly deadline: MemberDeadline["type"]; readonly memberId: string }
  /** Every deadline of a member is taken back. */
  | { readonly type: "forgetMember"; readonly memberId: string }
  /** The topics of the group were looked at for an epoch; until one of them changes, or that long has passed, they need not be again. */
  | { readonly type: "topicsSeen"; readonly epoch: number; readonly untilMs: number }
  /** What patterns stand for is to be looked up; a `patternsResolved` follows. */
  | {
      readonly type: "resolvePatterns";
      readonly patterns: readonly string[];
      readonly mayDescribe: (topic: string) => boolean;
    }
  /** The group was one of the classic protocol until now: whoever waits in it is sent back to join. */
  | { readonly type: "endClassic" }
  /** The group is one of the classic protocol from now on. */
  | { readonly type: "becomeClassic"; readonly group: StableGroup; readonly rebalances: boolean };

/** What is written, what the group is by that, and what is to be done. */
export interface ConsumerStep {
  readonly records: readonly GroupRecord[];
  readonly commands: readonly ConsumerCommand[];
}

/** What a ConsumerGroupHeartbeat is answered with. */
export interface ConsumerHeartbeatAnswer {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly memberId: string | null;
  readonly memberEpoch: number;
  readonly heartbeatIntervalMs: number;
  /** What the member is to have; null when it knows. */
  readonly assignment: { readonly topicPartitions: ReturnType<typeof toWire> } | null;
}

/** The group that something happens to, as it is before: of either protocol, or undefined when there is none. */
export type Origin =
  | { readonly type: "none" }
  | { readonly type: "classic"; readonly group: ClassicGroup }
  | { readonly type: "consumer"; readonly group: ConsumerGroup };

/** The broker's settings, its topics and the time, as far as transitions depend on them. */
export interface ConsumerRules {
  readonly nowMs: number;
  readonly groupId: string;
  readonly topics: TopicCatalogue;
  /** By name, the default one first. */
  readonly assignors: ReadonlyMap<string, ServerAssignor>;
  /** `group.consumer.max.size`. */
  readonly maxSize: number;
  /** `group.max.size`, which a group has to fit in to become one of the classic protocol. */
  readonly classicMaxSize: number;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  /** How long after a target was worked out the next one has to wait. */
  readonly assignmentIntervalMs: number;
  /** How old what patterns stand for may become. */
  readonly patternRefreshIntervalMs: number;
  /** Which way a group that has members may change its protocol. */
  readonly migration: { readonly upgrade: boolean; readonly downgrade: boolean };
  /** Whether the group's topics have to be looked at again: one of them has changed, or nobody has looked since the broker began to serve. */
  readonly topicsChanged: (epoch: number) => boolean;
  /** Whether the group's patterns are being looked up at the moment. */
  readonly isResolving: boolean;
}

/** A heartbeat's answer that says nothing but what went wrong. */
export function failedHeartbeat(errorCode: number, errorMessage: string | null): ConsumerHeartbeatAnswer {
  return {
    errorCode,
    errorMessage,
    memberId: null,
    memberEpoch: 0,
    heartbeatIntervalMs: 0,
    assignment: null,
  };
}
