import { ErrorCode, Fetch } from "@moldau/protocol-codec";
import type { FetchRequest, FetchResponse } from "@moldau/protocol-codec";
import { handler, type RequestContext } from "../network/handler.js";
import { fetchContext, type FetchedPartition } from "../fetch/fetch-context.js";
import { longPoll } from "../fetch/long-poll.js";
import { endpointOf } from "../partitions/partition-lookup.js";

/**
 * Fetch 4-18: records of many partitions, at once or as soon as there are some.
 *
 * The answer waits for `minBytes`, at most `maxWaitMs`; an error is told at once. Batches come whole: the one that holds the wanted offset
 * even if it begins before it, and the first one even if it is larger than every limit. Sessions as in KIP-227, topic ids from 13 on, leaders
 * and their addresses from 16 on (KIP-951). Readers of committed records see up to the last stable offset and are told of aborted transactions
 * (an empty list when there are none; null for the others).
 * Differences from Apache Kafka: no rack-aware reading (`preferredReadReplica` is -1), and a replica that asks is answered like a consumer.
 */
export const fetch = handler({
  api: Fetch,
  versions: { min: 4, max: 18 },
  refuse: ({ topics, sessionId }, { errorCode }) =>
    topics.length === 0 || sessionErrors.has(errorCode)
      ? { errorCode, sessionId }
      : { sessionId, responses: topics.map((topic) => refusedTopic(topic, errorCode)) },
  answer: async (request, context) => {
    const { broker, apiVersion, signal } = context;
    const usesTopicIds = apiVersion >= firstVersionWithIds;
    const plan = fetchContext(request, { usesTopicIds, cache: broker.fetchSessions });
    if (plan.kind === "refused") return { errorCode: plan.errorCode };
    const maxBytes = Math.min(request.maxBytes, broker.config.number("fetch.max.bytes"));
    const { fetched } = await longPoll(broker, plan.positions, {
      maxBytes,
      minBytes: Math.min(request.minBytes, maxBytes),
      maxWaitMs: request.maxWaitMs,
      committedOnly: request.isolationLevel === readCommitted,
      usesTopicIds,
      tellsLeaders: apiVersion >= firstVersionWithLeaders,
      signal,
    });
    tellFetched(fetched, context);
    const { sessionId, partitions } = plan.report(fetched);
    return {
      errorCode: ErrorCode.NONE,
      sessionId,
      responses: byTopic(partitions),
      nodeEndpoints: leaderEndpoints(partitions, context),
    };
  },
});

const firstVersionWithIds = 13;
const firstVersionWithLeaders = 16;
const readCommitted = 1;
/** What is wrong with the whole request: from version 7 on these stand above the partitions. */
const sessionErrors: ReadonlySet<number> = new Set([
  ErrorCode.FETCH_SESSION_ID_NOT_FOUND,
  ErrorCode.INVALID_FETCH_SESSION_EPOCH,
  ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR,
]);

/** Tells those who listen what was read. */
function tellFetched(fetched: readonly FetchedPartition[], { broker, clientId, apiVersion }: RequestContext): void {
  const { events, cluster, nodeId } = broker;
  if (!events.isHeard("fetched")) return;
  for (const { position, result, nextOffset } of fetched) {
    const { topic: name, topicId, partition, fetchOffset: offset } = position;
    const bytes = result.records.reduce((sum, { length }) => sum + length, 0);
    const topic = apiVersion >= firstVersionWithIds ? cluster.topicById(topicId)?.name : name;
    if (bytes === 0 || topic === undefined) continue;
    events.fetched({
      broker: nodeId,
      clientId,
      topic,
      partition,
      offset,
      messages: Number(nextOffset - offset),
      bytes,
    });
  }
}

function refusedTopic({ topic, topicId, partitions }: FetchRequest["topics"][number], errorCode: number) {
  const refused = { errorCode, highWatermark: -1n, records: Buffer.alloc(0) };
  return { topic, topicId, partitions: partitions.map(({ partition }) => ({ partitionIndex: partition, ...refused })) };
}

/** Partitions of one topic that follow each other stand under one entry; the order of the partitions is kept. */
function byTopic(fetched: readonly FetchedPartition[]) {
  const topics: {
    topic: string;
    topicId: FetchedPartition["position"]["topicId"];
    partitions: FetchedPartition["result"][];
  }[] = [];
  for (const { position, result } of fetched) {
    const last = topics.at(-1);
    if (last !== undefined && last.topic === position.topic && last.topicId.equals(position.topicId))
      last.partitions.push(result);
    else topics.push({ topic: position.topic, topicId: position.topicId, partitions: [result] });
  }
  return topics;
}

/** The addresses of the brokers that leader hints name, each once. */
function leaderEndpoints(
  fetched: readonly FetchedPartition[],
  { broker, session, apiVersion }: RequestContext,
): FetchResponse["nodeEndpoints"] {
  if (apiVersion < firstVersionWithLeaders) return [];
  const leaders = new Set(fetched.flatMap(({ result }) => result.currentLeader?.leaderId ?? []));
  return [...leaders]
    .map((leader) => endpointOf(broker.cluster, leader, session.listener))
    .filter((endpoint) => endpoint !== undefined);
}
