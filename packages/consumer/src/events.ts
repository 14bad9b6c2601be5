import type { ClientName } from "@moldau/connection-pool";
import type { Announcer } from "@moldau/connection-pool/internal";
import type { KafkaError } from "@moldau/protocol-codec";
import type { TopicPartition, TopicPartitionOffset } from "./partitions/topic-partition.js";

/** Which consumer an event is about. */
export interface ConsumerName extends ClientName {
  readonly groupId: string;
}

/**
 * What a consumer tells. An error that a listener throws ends the loop over messages. Each event says which client and group it is of, and is on
 * the diagnostics channel `moldau:consumer:` with its name as well.
 */
export interface ConsumerEvents {
  /** Partitions were assigned; nothing of them has been read. `seek` and `pause` in a listener take effect before the first message. */
  assigned: [event: AssignedEvent];
  /** Partitions were given up, after the message in hand and after what was done had been committed. */
  revoked: [event: PartitionsEvent];
  /** Partitions were taken away: the group went on without this member. Nothing of them can be committed any more. */
  lost: [event: PartitionsEvent];
  /** The coordinator keeps these offsets. */
  committed: [event: CommittedEvent];
  /** The coordinator will never keep these offsets, for example because their topic was deleted. They are not tried again; the others of the commit were kept. */
  commitRefused: [event: CommitRefusedEvent];
  /** An answer to a fetch told how far the partitions' ends are away. */
  lag: [event: LagEvent];
  /** Something failed for a reason that passes, and is tried again. */
  retrying: [event: RetryingEvent];
  /** The reading ended with an error, which whoever reads, or reads next, gets as well. */
  failed: [event: FailedEvent];
  /** The consumer has been closed. */
  closed: [event: ConsumerName];
}

/** Something failed for a reason that passes, and is tried again. */
export interface RetryingEvent extends ConsumerName, RetryNotice {}

/** What was tried in vain, and when it is tried again. */
export interface RetryNotice {
  /** What was tried, for example `"fetch"` or `"commit"`. */
  readonly operation: string;
  readonly error: KafkaError;
  /** How long until the next attempt, in milliseconds. */
  readonly delayMs: number;
}

/** Partitions, and the round of the group in which this member got them. */
export interface AssignedEvent extends PartitionsEvent {
  readonly memberId: string;
  readonly generationId: number;
  /** Whether this member shared the partitions out. */
  readonly isLeader: boolean;
}

/** Partitions that something happened to. */
export interface PartitionsEvent extends ConsumerName {
  readonly partitions: readonly TopicPartition[];
}

/** Offsets that the coordinator keeps: the next to be read. */
export interface CommittedEvent extends ConsumerName {
  readonly offsets: readonly TopicPartitionOffset[];
}

/** Offsets that will never be committed, and why. */
export interface CommitRefusedEvent extends ConsumerName {
  readonly offsets: readonly (TopicPartitionOffset & { readonly error: KafkaError })[];
}

/** The partitions of one answer to a fetch. */
export interface LagEvent extends ConsumerName {
  readonly partitions: readonly PartitionLag[];
}

/** What ended the reading. */
export interface FailedEvent extends ConsumerName {
  readonly error: KafkaError;
}

/** How far a partition's reading is behind. */
export interface PartitionLag extends TopicPartition {
  /** The offset that is handed out next. */
  readonly position: bigint;
  /** Offset behind the last message that may be read, as of the last answer. */
  readonly highWatermark: bigint;
  /** The distance between the two. */
  readonly lag: bigint;
}

/** Tells an event, which is made with the consumer's name if anybody hears. */
export type Tell = Announcer<ConsumerEvents, ConsumerName>["tell"];
