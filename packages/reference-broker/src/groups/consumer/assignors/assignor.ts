import type { TopicPartitions } from "../topic-partitions.js";

/**
 * Shares the partitions of topics out among the members of a group: a pure function, so that the same group always gets the same
 * assignment. Parallel to Apache Kafka's ConsumerGroupPartitionAssignor; the broker has `uniform` and `range`.
 */
export interface ServerAssignor {
  /** As members and `group.consumer.assignors` name it. */
  readonly name: string;
  /**
   * What each member is to have; a member that is left out gets nothing. Throws a CoordinatorError UNKNOWN_SERVER_ERROR, with a message,
   * when it cannot be worked out: a member reads a topic that `topics` does not know.
   */
  assign(group: AssignedGroup, topics: TopicDescriber): ReadonlyMap<string, TopicPartitions>;
}

/** A group for which an assignment is to be made. */
export interface AssignedGroup {
  /** By member id, in the order of a Java HashMap over the ids: where Apache Kafka goes through its members, this is the order. */
  readonly members: ReadonlyMap<string, AssignedMember>;
  /** Whether every member reads the same topics. */
  readonly isHomogeneous: boolean;
  /** Whether the last target assignment gave the partition to anybody, a member that is gone by now included. */
  isAssigned(topicId: string, partition: number): boolean;
}

/** A member as an assignor sees it. */
export interface AssignedMember {
  /** Set for a static member. */
  readonly groupInstanceId: string | null;
  readonly rackId: string | null;
  /** Ids of the topics that it reads, as text; of topics that exist alone. */
  readonly topicIds: ReadonlySet<string>;
  /** What the last target assignment gave it; a static member that came back under a new id has what it had. */
  readonly target: TopicPartitions;
}

/** What an assignor may ask of topics. */
export interface TopicDescriber {
  /** How many partitions a topic has; -1 when there is no such topic. */
  partitionCount(topicId: string): number;
  /** The racks that hold a replica of the partition, each once; none when nobody said. */
  racksOf(topicId: string, partition: number): ReadonlySet<string>;
}
