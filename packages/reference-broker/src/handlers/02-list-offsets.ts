import { ErrorCode, ListOffsets } from "@moldau/protocol-codec";
import type { ListOffsetsRequestPartition, ListOffsetsResponsePartition } from "@moldau/protocol-codec";
import { handler, type RequestContext } from "../network/handler.js";
import { LogError } from "../log/log-error.js";
import type { Partition } from "../partitions/partition.js";
import { findLedPartition } from "../partitions/partition-lookup.js";

type PartitionAnswer = Partial<ListOffsetsResponsePartition>;

/**
 * ListOffsets 1-11: the offset that belongs to a time, or to one of the marks.
 *
 * Marks are -1 latest, -2 earliest, -3 of the largest timestamp (from 7 on), -4 earliest on this broker's disk (8), -5 latest in remote
 * storage (9), -6 earliest not yet in remote storage (11). A reader of committed records gets the last stable offset for latest, and
 * nothing at or behind it. A time later than every record gives offset -1 without an error. A partition named twice gives
 * INVALID_REQUEST, once. There is no remote storage: -5 and -6 give offset -1.
 */
export const listOffsets = handler({
  api: ListOffsets,
  versions: { min: 1, max: 11 },
  refuse: ({ topics }, { errorCode }) => ({
    topics: topics.map(({ name, partitions }) => ({
      name,
      partitions: partitions.map(({ partitionIndex }) => refused(partitionIndex, errorCode)),
    })),
  }),
  answer: async ({ topics, isolationLevel }, context) => ({
    topics: await Promise.all(
      topics.map(async ({ name, partitions }, at) => {
        const isElsewhere = topics.some((topic, index) => index !== at && topic.name === name);
        const isTwice = (index: number): boolean =>
          isElsewhere || partitions.filter(({ partitionIndex }) => partitionIndex === index).length > 1;
        const first = partitions.filter(
          ({ partitionIndex }, index) =>
            partitions.findIndex((each) => each.partitionIndex === partitionIndex) === index,
        );
        const answers = first.map(async (question): Promise<PartitionAnswer> => {
          if (isTwice(question.partitionIndex)) return refused(question.partitionIndex, ErrorCode.INVALID_REQUEST);
          return answerOne(name, question, { context, committedOnly: isolationLevel === readCommitted });
        });
        return { name, partitions: await Promise.all(answers) };
      }),
    ),
  }),
});

const readCommitted = 1;
const firstVersionWithEpochs = 4;

const mark = {
  latest: -1n,
  earliest: -2n,
  maxTimestamp: -3n,
  earliestLocal: -4n,
  latestTiered: -5n,
  earliestPendingUpload: -6n,
} as const;

/** The first version in which a mark may be asked for. */
const markVersions: ReadonlyMap<bigint, number> = new Map([
  [mark.maxTimestamp, 7],
  [mark.earliestLocal, 8],
  [mark.latestTiered, 9],
  [mark.earliestPendingUpload, 11],
]);

async function answerOne(
  name: string,
  { partitionIndex, currentLeaderEpoch, timestamp }: ListOffsetsRequestPartition,
  { context, committedOnly }: { readonly context: RequestContext; readonly committedOnly: boolean },
): Promise<PartitionAnswer> {
  const { broker, apiVersion } = context;
  if (timestamp < mark.earliestPendingUpload || apiVersion < (markVersions.get(timestamp) ?? 0))
    return refused(partitionIndex, ErrorCode.UNSUPPORTED_VERSION);
  const found = findLedPartition(broker, {
    topic: broker.cluster.topic(name),
    byId: false,
    partition: partitionIndex,
    currentLeaderEpoch,
  });
  if (found.led === undefined) return refused(partitionIndex, found.errorCode);
  try {
    const end = committedOnly ? found.led.lastStableOffset : found.led.highWatermark;
    const position = await positionOf(found.led, timestamp, end);
    return {
      partitionIndex,
      errorCode: ErrorCode.NONE,
      ...position,
      leaderEpoch: apiVersion >= firstVersionWithEpochs ? position.leaderEpoch : -1,
    };
  } catch (error) {
    if (!(error instanceof LogError)) throw error;
    return refused(partitionIndex, error.errorCode);
  }
}

interface Position {
  readonly timestamp: bigint;
  readonly offset: bigint;
  readonly leaderEpoch: number;
}

const nowhere: Position = { timestamp: -1n, offset: -1n, leaderEpoch: -1 };

async function positionOf(log: Partition, timestamp: bigint, end: bigint): Promise<Position> {
  switch (timestamp) {
    case mark.latest:
      return { timestamp: -1n, offset: end, leaderEpoch: log.latestLeaderEpoch };
    case mark.earliest:
    case mark.earliestLocal:
      return { timestamp: -1n, offset: log.logStartOffset, leaderEpoch: log.leaderEpochOf(log.logStartOffset) };
    case mark.latestTiered:
    case mark.earliestPendingUpload:
      return nowhere;
    default: {
      const found =
        timestamp === mark.maxTimestamp
          ? await log.maxTimestampOffset()
          : await log.offsetForTimestamp(Number(timestamp));
      if (found === undefined || found.offset >= end) return nowhere;
      return { timestamp: BigInt(found.timestamp), offset: found.offset, leaderEpoch: found.leaderEpoch };
    }
  }
}

function refused(partitionIndex: number, errorCode: number): PartitionAnswer {
  return { partitionIndex, errorCode };
}
