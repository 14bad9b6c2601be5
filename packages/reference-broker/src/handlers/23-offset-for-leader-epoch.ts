import { ErrorCode, OffsetForLeaderEpoch } from "@moldau/protocol-codec";
import { handler } from "../network/handler.js";
import { findLedPartition } from "../partitions/partition-lookup.js";

/**
 * OffsetForLeaderEpoch 2-4: where the records of a leader epoch end, so that a client that was ahead of a lost leader notices (KIP-320).
 *
 * The answer is for the largest epoch that is not above the one asked for; epoch and offset are -1 when there is none. The client's idea of
 * the current epoch is checked: FENCED_LEADER_EPOCH when it is old, UNKNOWN_LEADER_EPOCH when it is ahead.
 */
export const offsetForLeaderEpoch = handler({
  api: OffsetForLeaderEpoch,
  versions: { min: 2, max: 4 },
  refuse: ({ topics }, { errorCode }) => ({
    topics: topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition }) => ({ partition, errorCode })),
    })),
  }),
  answer: ({ topics }, { broker }) => ({
    topics: topics.map(({ topic, partitions }) => ({
      topic,
      partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch: wanted }) => {
        const found = findLedPartition(broker, {
          topic: broker.cluster.topic(topic),
          byId: false,
          partition,
          currentLeaderEpoch,
        });
        if (found.led === undefined) return { partition, errorCode: found.errorCode };
        const { epoch, endOffset } = found.led.endOffsetForEpoch(wanted);
        return { partition, errorCode: ErrorCode.NONE, leaderEpoch: epoch, endOffset };
      }),
    })),
  }),
});
