import { Produce, Uuid, writeBatch } from "@moldau/protocol-codec";
import type { ProtocolDialogue } from "../../support/protocol-dialogue.js";

/** The id of no topic. */
export const nobodysId = Uuid.parse("AAAAAAAAAAAAAAAAAAAA_w");
/** When the first record of a batch was made. */
export const time = Date.now() - 60_000;

/** A batch of records at times that are a second apart. */
export function batch(
  count: number,
  { size = 10, key = "k", timestamp = time }: { size?: number; key?: string | null; timestamp?: number } = {},
): Buffer {
  return writeBatch(
    {},
    Array.from({ length: count }, (_, index) => ({
      key,
      value: "v".repeat(size),
      timestamp: timestamp + index * 1000,
    })),
  );
}

/** Produces to a topic, and has the answer recorded. */
export function produce(
  talk: ProtocolDialogue,
  what: string,
  records: Buffer | null,
  { topic = "log", version = 9, index = 0, acks = -1 } = {},
) {
  return talk.ask(what, Produce, version, {
    acks,
    timeoutMs: 5000,
    topicData: [{ name: topic, partitionData: [{ index, records }] }],
  });
}

/** One partition to fetch from. */
export interface FetchWish {
  readonly topic?: string;
  readonly topicId?: Uuid;
  readonly partition?: number;
  readonly offset?: bigint;
  readonly partitionMaxBytes?: number;
  readonly currentLeaderEpoch?: number;
  readonly lastFetchedEpoch?: number;
}

/** What a fetch of these partitions asks. */
export function fetchBody(wishes: readonly FetchWish[], rest: object = {}) {
  return {
    maxWaitMs: 0,
    minBytes: 1,
    maxBytes: 1 << 20,
    topics: wishes.map(
      ({
        topic = "",
        topicId = Uuid.zero,
        partition = 0,
        offset = 0n,
        partitionMaxBytes = 1 << 20,
        currentLeaderEpoch = -1,
        lastFetchedEpoch = -1,
      }) => ({
        topic,
        topicId,
        partitions: [{ partition, fetchOffset: offset, partitionMaxBytes, currentLeaderEpoch, lastFetchedEpoch }],
      }),
    ),
    ...rest,
  };
}
