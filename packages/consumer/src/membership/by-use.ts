import { invalidState } from "@moldau/connection-pool";
import type { KafkaError } from "@moldau/protocol-codec";
import type { TopicPartition } from "../partitions/topic-partition.js";
import type { ByHandMembership } from "./by-hand.js";
import type { LeaveOptions, MemberIdentity, Membership } from "./membership.js";

/** The two ways to come by partitions. */
export interface ByUseInit {
  /** Partitions are shared out among the members of a group. */
  readonly inGroup: Membership;
  /** The application says which it has. */
  readonly byHand: ByHandMembership;
  /** Whether topics were subscribed to when the consumer was made. */
  readonly isSubscribed: boolean;
}

/** A membership of which the consumer's use decides what it is: in a group by a subscription, by hand by an assignment; one of them, for good. */
export class MembershipByUse implements Membership {
  readonly #init: ByUseInit;
  #use: "undecided" | "subscribed" | "assigned";

  constructor(init: ByUseInit) {
    this.#init = init;
    this.#use = init.isSubscribed ? "subscribed" : "undecided";
  }

  /** Whether the application says which partitions it has. */
  get isByHand(): boolean {
    return this.#use === "assigned";
  }

  /** Topics are subscribed to. Throws CLIENT_INVALID_STATE when partitions were assigned by hand. */
  subscribe(): void {
    if (this.#use === "assigned")
      throw invalidState(
        "subscribe: this consumer has partitions that were assigned by hand, and is in no group that shares them out. Make a second consumer to subscribe.",
      );
    this.#use = "subscribed";
  }

  /** Partitions are assigned by hand: these from {@link start} or {@link rejoin} on, and none else. Throws CLIENT_INVALID_STATE when topics are subscribed to. */
  assign(partitions: readonly TopicPartition[]): void {
    if (this.#use === "subscribed")
      throw invalidState(
        "assign: this consumer subscribes to topics, so its group says which partitions it has. Make one without topics to assign partitions by hand.",
      );
    this.#use = "assigned";
    this.#init.byHand.assign(partitions);
  }

  get identity(): MemberIdentity | undefined {
    return this.#used.identity;
  }

  nextIdentity(former: MemberIdentity | undefined, signal: AbortSignal): Promise<MemberIdentity> {
    return this.#used.nextIdentity(former, signal);
  }

  start(): void {
    this.#used.start();
  }

  rejoin(): void {
    this.#used.rejoin();
  }

  enforceRebalance(reason: string): void {
    this.#used.enforceRebalance(reason);
  }

  leave(reason: string, options: LeaveOptions): Promise<void> {
    return this.#used.leave(reason, options);
  }

  observe(error: KafkaError, identity: MemberIdentity): void {
    this.#used.observe(error, identity);
  }

  metadataChanged(): void {
    this.#used.metadataChanged();
  }

  get #used(): Membership {
    return this.isByHand ? this.#init.byHand : this.#init.inGroup;
  }
}
