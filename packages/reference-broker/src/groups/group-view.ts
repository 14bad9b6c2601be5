/** A group as commits, expiry, lists and deletions see it, whatever its protocol. */
export interface GroupView {
  /** As ListGroups shows it. */
  readonly type: "classic";
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
  /** From when on an offset's retention counts, given when it was committed; undefined while the group's offsets do not expire at all. */
  retentionStart(): ((committedAtMs: number) => number) | undefined;
  /** What DescribeGroups shows of it. */
  describe(): Omit<GroupDescription, "errorCode" | "errorMessage" | "groupId">;
}

/** Who commits, as the request says. */
export interface CommitClaim {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  /** Negative without a membership. */
  readonly generationId: number;
  /** Whether it is a part of a transaction: then nobody has to be a member, and a group that is being rebalanced takes it. Default false. */
  readonly isTransactional?: boolean;
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
