import type { GroupRecord } from "./records.js";

/** A group as commits, expiry, lists and deletions see it, whatever its protocol. */
export interface GroupView {
  /** As ListGroups shows it. */
  readonly type: "classic" | "consumer";
  /** As ListGroups shows it: `Stable`. */
  readonly state: string;
  /** What its members do with partitions: `consumer`; null before anybody joined. */
  readonly protocolType: string | null;
  /** Whether it has no members. */
  readonly isEmpty: boolean;
  /** Whether the broker can tell which topics its members read. */
  readonly usesConsumerProtocol: boolean;
  /** Whether a member reads the topic now; a consumer group whose members' topics are unknown is taken to read every topic. */
  isSubscribedTo(topic: string): boolean;
  /** The error that an offset commit deserves, or NONE. */
  commitError(claim: CommitClaim): number;
  /** The error that a question for committed offsets deserves, or NONE. */
  fetchError(claim: FetchClaim): number;
  /** From when on an offset's retention counts, given when it was committed; undefined while the group's offsets do not expire at all. */
  retentionStart(): ((committedAtMs: number) => number) | undefined;
  /** What DescribeGroups shows of it; undefined for a group of another protocol than the classic one. */
  describe(): Omit<GroupDescription, "errorCode" | "errorMessage" | "groupId"> | undefined;
  /** The records that remove it. */
  tombstones(groupId: string): readonly GroupRecord[];
}

/** Who commits, as the request says. */
export interface CommitClaim {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** The generation, or the epoch of a member of the consumer protocol; negative without a membership. */
  readonly generationId: number;
  /** Members of the consumer protocol commit by version 9 on. */
  readonly apiVersion: number;
  /** What is committed, each topic by its id as text. */
  partitions(): readonly { readonly topicId: string; readonly partition: number }[];
  /** Whether it is a part of a transaction: then nobody has to be a member, and a group that is being rebalanced takes it. Default false. */
  readonly isTransactional?: boolean;
}

/** Who asks what was committed, as the request says. */
export interface FetchClaim {
  /** Null for one who belongs to no group. */
  readonly memberId: string | null;
  /** Negative without a membership. */
  readonly memberEpoch: number;
}

/** A group as DescribeGroups shows it. */
export interface GroupDescription {
  readonly errorCode: number;
  readonly errorMessage: string | null;
  readonly groupId: string;
  readonly groupState: string;
  readonly protocolType: string;
  readonly protocolData: string;
  readonly members: readonly MemberDescription[];
}

/** A member as DescribeGroups shows it. */
export interface MemberDescription {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  /** Shown of a stable group alone, as in Kafka. */
  readonly memberMetadata: Buffer;
  readonly memberAssignment: Buffer;
}
