import { OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { ErrorCode } from "@moldau/protocol-codec";
import { withJson } from "@moldau/protocol-codec/internal";
import type { ItemResult } from "../routing/item-result.js";
import type { NamedPartition } from "../routing/leader.js";
import { timeLeft } from "../routing/time-left.js";
import { checkName, operationOptions, unique } from "./arguments.js";
import { describedGroups } from "./describe-groups.js";
import type { DescribedGroup } from "./described-group.js";
import { committedOffsets, type GroupOffsets } from "./list-group-offsets.js";
import { isolationLevels, offsetsAt, type Isolation, type ListedOffset } from "./list-offsets.js";
import type { Operation } from "./operation.js";
import { byNameAndNumber, partitionKey } from "./partition-items.js";

/** Of which groups to tell how far they are behind. */
export interface DescribeGroupLagOptions extends OperationOptions {
  /** Ids of groups. */
  readonly groups: readonly string[];
  /** Whether a partition's end is the end of what is committed, or of all that was written. Default `"read_uncommitted"`. */
  readonly isolationLevel?: "read_uncommitted" | "read_committed";
}

/** How far a group is behind at one moment. */
export interface GroupLag extends ItemResult {
  readonly group: string;
  /** `"Stable"`, `"Empty"` (no members) and others, as in a description of the group; empty on failure. */
  readonly state: string;
  /** The sum over the partitions that have a lag, in messages; absent on failure, so that a group that there is not does not look like one that has read everything. */
  readonly lag?: bigint;
  /** The partitions that the group has committed in, or whose messages a member reads; by topic and number, empty on failure. */
  readonly partitions: readonly GroupPartitionLag[];
}

/** How far a group is behind in a partition; `error` says why its end, or the committed offset, could not be read. */
export interface GroupPartitionLag extends ItemResult {
  readonly topic: string;
  readonly partition: number;
  /** The committed offset, the next to read; absent where nothing is committed. */
  readonly offset?: bigint;
  /** The offset after the last message; absent on failure. */
  readonly endOffset?: bigint;
  /** How many offsets lie between them, never negative; absent where one of them is. */
  readonly lag?: bigint;
  /** The id of the member that reads it; absent where none does. */
  readonly memberId?: string;
  /** The `clientId` of that member. */
  readonly clientId?: string;
  /** The address that it connects from, as the broker writes it. */
  readonly host?: string;
}

/**
 * Tells how far groups are behind, partition by partition: committed offset, end and lag, and which member reads it.
 *
 * It is made of a description, OffsetFetch and ListOffsets, each asked once for all groups. The three moments differ a little, so the lag of a
 * busy partition is exact only when nothing is written or committed meanwhile.
 */
export function describeGroupLag(options: DescribeGroupLagOptions): Operation<readonly GroupLag[]> {
  const read = new OptionReader("describeGroupLag", options);
  const groups = read.list("groups", checkName, { nonEmpty: true, example: '["billing"]' });
  const isolation = read.choice("isolationLevel", isolationLevels, { default: isolationLevels[0] });
  const wait = operationOptions(read);
  read.done();
  unique("describeGroupLag: groups", groups);
  return { wait, run: (cluster, wait) => lagOf({ groups, isolation, cluster, wait }) };
}

interface LagQuestion {
  readonly groups: readonly string[];
  readonly isolation: Isolation;
  readonly cluster: Cluster;
  readonly wait: OperationOptions;
}

async function lagOf({ groups, isolation, cluster, wait }: LagQuestion): Promise<readonly GroupLag[]> {
  const left = timeLeft(cluster, wait);
  const [described, committed] = await Promise.all([
    describedGroups(groups)(cluster, left()),
    committedOffsets(groups, null)(cluster, left()),
  ]);
  const found = described.flatMap((group, index) => {
    const offsets = committed[index];
    return offsets === undefined ? [] : [together(group, offsets)];
  });
  const partitions = found.flatMap((group) => [...group.partitions.values()]);
  const distinct = new Map(
    partitions.map((each) => [partitionKey(each.topic, each.partition), { ...each, at: "latest" as const }]),
  );
  const ends = await offsetsAt([...distinct.values()], isolation)(cluster, left());
  const endOf = new Map(ends.map((end) => [partitionKey(end.topic, end.partition), end]));
  return found.map((group) => withEnds(group, endOf));
}

/** A group as two answers show it. */
interface FoundGroup extends ItemResult {
  readonly group: string;
  readonly state: string;
  readonly partitions: ReadonlyMap<string, ReadPartition>;
}

/** A partition with what is committed and who reads it. */
type ReadPartition = NamedPartition & Pick<GroupPartitionLag, "error" | "offset" | "memberId" | "clientId" | "host">;

function together(described: DescribedGroup, { group, offsets, error: unread }: GroupOffsets): FoundGroup {
  // A group that is none of consumers cannot be described, and may have offsets nevertheless: those of streams.
  const isOther = described.error?.errorCode === ErrorCode.GROUP_ID_NOT_FOUND && offsets.length > 0;
  const error = unread ?? (isOther ? undefined : described.error);
  if (error !== undefined) return { group, state: "", partitions: new Map(), error };
  const partitions = new Map(assignedIn(described).map((each) => [partitionKey(each.topic, each.partition), each]));
  for (const { topic, partition, offset, error: unknown } of offsets) {
    const key = partitionKey(topic, partition);
    partitions.set(key, {
      ...{ topic, partition, ...partitions.get(key) },
      ...(offset === undefined ? {} : { offset }),
      ...(unknown === undefined ? {} : { error: unknown }),
    });
  }
  return { group, state: described.state, partitions };
}

function assignedIn({ members }: DescribedGroup): readonly ReadPartition[] {
  return members.flatMap(({ memberId, clientId, host, assignment = [] }) =>
    assignment.flatMap(({ topic, partitions }) =>
      partitions.map((partition) => ({ topic, partition, memberId, clientId, host })),
    ),
  );
}

function withEnds(
  { group, state, partitions: found, error }: FoundGroup,
  endOf: ReadonlyMap<string, ListedOffset>,
): GroupLag {
  const partitions = [...found.values()]
    .toSorted(byNameAndNumber)
    .map((each) => withEnd(each, endOf.get(partitionKey(each.topic, each.partition))));
  const lag = partitions.reduce((sum, each) => sum + (each.lag ?? 0n), 0n);
  return withJson({ group, state, partitions, ...(error === undefined ? { lag } : { error }) });
}

function withEnd(read: ReadPartition, end: ListedOffset | undefined): GroupPartitionLag {
  const { topic, partition, offset, error = end?.error, ...reader } = read;
  const endOffset = end?.offset;
  return withJson({
    ...{ topic, partition },
    ...(offset === undefined ? {} : { offset }),
    ...(endOffset === undefined ? {} : { endOffset }),
    ...(offset === undefined || endOffset === undefined ? {} : { lag: endOffset > offset ? endOffset - offset : 0n }),
    ...reader,
    ...(error === undefined ? {} : { error }),
  });
}
