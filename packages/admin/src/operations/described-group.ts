import type { KafkaError } from "@moldau/protocol-codec";
import type { ItemResult } from "../routing/item-result.js";
import type { AuthorizedOperation } from "./authorized-operations.js";

/** A group at one moment, of the classic or the next-generation protocol. */
export interface DescribedGroup extends ItemResult {
  readonly group: string;
  /** `"classic"` or `"consumer"`, which is the next generation; empty on failure. */
  readonly type: string;
  /**
   * `"Stable"` or `"Empty"` (no members); on the way to stable, classic groups are `"PreparingRebalance"` and `"CompletingRebalance"`, those of
   * the next generation `"Assigning"` and `"Reconciling"`; `"Dead"`. Empty on failure.
   */
  readonly state: string;
  /** `"consumer"` for consumers; empty for a group that only keeps offsets, and on failure. */
  readonly protocolType: string;
  /** The way of sharing out partitions, such as `"range"`: what the members agreed on, or the broker's assignor; empty while there is none. */
  readonly protocol: string;
  /** Node id of the broker that coordinates it; -1 on failure. */
  readonly coordinator: number;
  /** Grows with every change of members or of what they want; absent for classic groups and on failure. */
  readonly groupEpoch?: number;
  /** The group's epoch from which what members shall read was worked out; absent for classic groups and on failure. */
  readonly targetAssignmentEpoch?: number;
  /** What the user may do with it; absent unless asked for, and on failure. */
  readonly authorizedOperations?: readonly AuthorizedOperation[];
  /** Empty on failure. */
  readonly members: readonly DescribedMember[];
}

/** A member of a group at one moment. */
export interface DescribedMember {
  /** The id that it has in the group. */
  readonly memberId: string;
  /** The name of a static member; absent for others. */
  readonly groupInstanceId?: string;
  /** The `clientId` of the client. */
  readonly clientId: string;
  /** The address that it connects from, as the broker writes it. */
  readonly host: string;
  /** The rack that it is in; absent where it names none. */
  readonly rack?: string;
  /**
   * The protocol that it speaks, as a group of the next generation may have members of both; absent from brokers before 4.0, where they do not say.
   */
  readonly type?: "classic" | "consumer";
  /** The epoch that it has reached; absent in classic groups. */
  readonly memberEpoch?: number;
  /** The topics that it wants; absent where it is no consumer, or the group is classic and not stable. */
  readonly topics?: readonly string[];
  /** The expression for the topics that it wants; absent where it has none, and in classic groups, whose members tell topics only. */
  readonly topicPattern?: string;
  /** What it reads; absent where it is no consumer, or what the group's leader wrote cannot be read. */
  readonly assignment?: readonly AssignedTopic[];
  /** What it shall read once everyone has given up what is no longer theirs; absent in classic groups. */
  readonly targetAssignment?: readonly AssignedTopic[];
}

/** The partitions of a topic that a member reads. */
export interface AssignedTopic {
  readonly topic: string;
  /** In the order of their numbers. */
  readonly partitions: readonly number[];
}

/** Makes the result of a group that could not be described. */
export function undescribed(group: string, error: KafkaError): DescribedGroup {
  return { ...{ group, type: "", state: "", protocolType: "", protocol: "", coordinator: -1 }, members: [], error };
}

/** Sorts a topic's partitions by their numbers. */
export function inOrder({ topic, partitions }: AssignedTopic): AssignedTopic {
  return { topic, partitions: partitions.toSorted((left, right) => left - right) };
}
