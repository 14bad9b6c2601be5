import { ErrorCode } from "@moldau/protocol-codec";
import type { FetchRequest } from "@moldau/protocol-codec";
import type { FetchPosition, FetchSession, PartitionResult } from "./fetch-session.js";
import { nextEpoch } from "./fetch-session.js";
import type { FetchSessionCache } from "./session-cache.js";

/** A result together with the partition that it is of. */
export interface FetchedPartition {
  readonly position: FetchPosition;
  readonly result: PartitionResult;
  /** The offset behind the batches that were read; that of the position when there are none. */
  readonly nextOffset: bigint;
}

/** How a request is to be fetched and answered: with a session, without, or not at all. */
export type FetchContext =
  | { readonly kind: "refused"; readonly errorCode: number }
  | {
      readonly kind: "fetch";
      /** What to fetch, in the order in which partitions get their share of the bytes. */
      readonly positions: readonly FetchPosition[];
      /** The session to name in the answer, and which partitions to put into it. To be called once, with what was fetched. */
      readonly report: (fetched: readonly FetchedPartition[]) => {
        readonly sessionId: number;
        readonly partitions: readonly FetchedPartition[];
      };
    };

const noSession = 0;
/** With this epoch a client asks for everything and for no session; with a session's id it ends that one. */
const finalEpoch = -1;
const initialEpoch = 0;

/** Reads what a request wants of its fetch session (KIP-227). `usesTopicIds`: from version 13 on. */
export function fetchContext(
  request: FetchRequest,
  { usesTopicIds, cache }: { readonly usesTopicIds: boolean; readonly cache: FetchSessionCache },
): FetchContext {
  const { sessionId, sessionEpoch } = request;
  const positions = positionsOf(request);
  if (sessionEpoch !== initialEpoch && sessionEpoch !== finalEpoch)
    return incremental(request, { positions, usesTopicIds, cache });
  if (sessionId !== noSession) cache.remove(sessionId);
  if (sessionEpoch === finalEpoch) return sessionless(positions);
  return {
    kind: "fetch",
    positions,
    report: (fetched) => ({ sessionId: open(fetched, { usesTopicIds, cache })?.id ?? noSession, partitions: fetched }),
  };
}

function incremental(
  request: FetchRequest,
  {
    positions,
    usesTopicIds,
    cache,
  }: {
    readonly positions: readonly FetchPosition[];
    readonly usesTopicIds: boolean;
    readonly cache: FetchSessionCache;
  },
): FetchContext {
  const { sessionId, sessionEpoch, forgottenTopicsData } = request;
  const session = cache.get(sessionId);
  if (session === undefined) return refused(ErrorCode.FETCH_SESSION_ID_NOT_FOUND);
  if (session.epoch !== sessionEpoch) return refused(ErrorCode.INVALID_FETCH_SESSION_EPOCH);
  if (session.usesTopicIds !== usesTopicIds) return refused(ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR);
  session.update(positions);
  session.forget(
    forgottenTopicsData.flatMap(({ topic, topicId, partitions }) =>
      partitions.map((partition) => ({ topic, topicId, partition })),
    ),
  );
  if (session.size === 0) {
    cache.remove(sessionId);
    return sessionless([]);
  }
  cache.touch(session);
  session.epoch = nextEpoch(session.epoch);
  return {
    kind: "fetch",
    positions: session.positions(),
    report: (fetched) => ({
      sessionId,
      partitions: fetched.filter(({ position, result }) => session.isNews(position, result)),
    }),
  };
}

function sessionless(positions: readonly FetchPosition[]): FetchContext {
  return { kind: "fetch", positions, report: (partitions) => ({ sessionId: noSession, partitions }) };
}

function refused(errorCode: number): FetchContext {
  return { kind: "refused", errorCode };
}

/** Makes the session that a full fetch asked for, and has it remember what the client is told now. */
function open(
  fetched: readonly FetchedPartition[],
  { usesTopicIds, cache }: { readonly usesTopicIds: boolean; readonly cache: FetchSessionCache },
): FetchSession | undefined {
  const session = cache.create(fetched.length, usesTopicIds);
  session?.update(fetched.map(({ position }) => position));
  for (const { position, result } of fetched) session?.isNews(position, result);
  return session;
}

/** What is asked for, each partition once: what was asked of it last. */
function positionsOf({ topics }: FetchRequest): readonly FetchPosition[] {
  const positions = topics.flatMap(({ topic, topicId, partitions }) =>
    partitions.map(({ partition, fetchOffset, partitionMaxBytes, currentLeaderEpoch, lastFetchedEpoch }) => ({
      topic,
      topicId,
      partition,
      fetchOffset,
      maxBytes: partitionMaxBytes,
      currentLeaderEpoch,
      lastFetchedEpoch,
    })),
  );
  const byPartition = new Map(
    positions.map((position) => [`${position.topic} ${position.topicId.toString()} ${position.partition}`, position]),
  );
  return byPartition.size === positions.length ? positions : [...byPartition.values()];
}
