import type { KafkaError } from "@moldau/protocol-codec";
import type { RetryNotice } from "../events.js";
import type { TopicPartition } from "../partitions/topic-partition.js";

/**
 * Who a member is while it stands in one round of its group: what commits are made under. Two are the same only when they
 * are the same object; what stands in it is for the requests to the coordinator.
 */
export interface MemberIdentity {
  readonly memberId: string;
  /** Generation of the group, or epoch of the member: the coordinator refuses what comes from another one. */
  readonly generationId: number;
  /** The static identity (KIP-345), or null. */
  readonly groupInstanceId: string | null;
  /**
   * Fires, with a CLIENT_NOT_ASSIGNED as its reason, when the member does not stand as this one any more: the coordinator refuses what comes under
   * it. Partitions may outlive it: what is about one of them goes on under the next identity, until its stay is over.
   */
  readonly ended: AbortSignal;
}

/** What a round of the group came to. */
export interface RoundFacts {
  readonly memberId: string;
  readonly generationId: number;
  /** Whether this member shared the partitions out. */
  readonly isLeader: boolean;
}

/** What is to change in the partitions that this consumer has, done in this order; what is not named stays untouched, and goes on being read. */
export interface Reconciliation {
  /** They belong to others by now: to be dropped without a commit. */
  readonly lose: readonly TopicPartition[];
  /** To be given up, after the application has finished what it has in hand of them and what is done was committed. */
  readonly revoke: readonly TopicPartition[];
  /** Owned from now on. */
  readonly add: readonly TopicPartition[];
  /** The round in which that was settled; undefined when partitions only go. */
  readonly round?: RoundFacts;
}

/** What a membership asks of the rest of the consumer. */
export interface MembershipHost {
  /** The topics subscribed to at the moment. */
  topics(): readonly string[];
  /** The pattern subscribed to, as the text it was given as; undefined when names were. {@link topics} are those that match by now. */
  pattern(): string | undefined;
  /** Whether the member is about to leave for good, so that it has no use for another round. */
  isClosing(): boolean;
  /**
   * Brings the assignment to what the group has settled. What needs no waiting, so everything when nothing is to be revoked,
   * has happened when the call returns. `signal` fires when there is no use in it any more.
   */
  reconcile(change: Reconciliation, signal: AbortSignal): Promise<void>;
  /** The membership is over, by an error that does not pass. */
  failed(error: KafkaError): void;
  /** Reading ends with an error; the membership stays, and the next loop goes on. */
  interrupt(error: KafkaError): void;
  /** There is no use in the group as it is, for a reason that does not pass: what is done is to be committed, and the group left. */
  givenUp(error: KafkaError): void;
  retrying(notice: RetryNotice): void;
}

/** How a group is left. */
export interface LeaveOptions {
  readonly timeoutMs: number;
  /**
   * Whether the coordinator hears of it, so that others get the partitions at once; without that they wait for this member until its session times
   * out (KIP-1092). Undefined: unless the member is a static one, that comes back.
   */
  readonly leaveGroup?: boolean | undefined;
}

/** One member of a group, whatever protocol it speaks. */
export interface Membership {
  /** Undefined while nothing may be committed: the member is not in the group, or between two rounds. */
  readonly identity: MemberIdentity | undefined;
  /**
   * Resolves with who the member is once that is another than `former`, which the coordinator refused, or the first one there is; at once when it
   * is already. Waits as long as the member stands nowhere.
   *
   * @throws {KafkaError} when `signal` fires: CLIENT_ABORTED, or its reason.
   */
  nextIdentity(former: MemberIdentity | undefined, signal: AbortSignal): Promise<MemberIdentity>;
  /** Joins, if that is not under way already. */
  start(): void;
  /** Takes the subscription as it is now to the group, since it changed. */
  rejoin(): void;
  /**
   * Has the group share the partitions anew although nothing changed (KIP-568); without effect for whoever is not in it, or is about to join.
   *
   * @throws {KafkaError} CLIENT_INVALID_STATE where only the broker decides about that.
   */
  enforceRebalance(reason: string): void;
  /**
   * Leaves the group; partitions still owned count as lost.
   *
   * @throws {KafkaError} when the coordinator could not be told within `timeoutMs`.
   */
  leave(reason: string, options: LeaveOptions): Promise<void>;
  /** Draws the consequences of an error of a commit that was made under `identity`; one of an earlier round has none. */
  observe(error: KafkaError, identity: MemberIdentity): void;
  /** The cluster's metadata changed. */
  metadataChanged(): void;
}
