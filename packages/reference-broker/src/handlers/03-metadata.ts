import { ErrorCode, Metadata, Uuid } from "@moldau/protocol-codec";
import type { MetadataRequest, MetadataResponseTopic } from "@moldau/protocol-codec";
import { authorizedOperations, theCluster, type Access } from "../security/access.js";
import type { ClusterState, TopicState } from "../cluster/state.js";
import { topicNameProblem } from "../cluster/topic-names.js";
import { handler, type RequestContext } from "../network/handler.js";
import { endpoints } from "../partitions/partition-lookup.js";

type TopicAnswer = Partial<MetadataResponseTopic>;

/**
 * Metadata 0-13: brokers, topics, leaders.
 *
 * Version 0 takes an empty list for all topics, later ones null. From 12 on topics may be asked for by id. An unknown topic is created
 * when the broker's `auto.create.topics.enable` and (from 4 on) the client allow it; the answer is UNKNOWN_TOPIC_OR_PARTITION that once. Advertised addresses are those of the listener that the client came in by.
 * Difference: the controller shown is the broker that is it, not any (KRaft shows any).
 */
export const metadata = handler({
  api: Metadata,
  versions: { min: 0, max: 13 },
  refuse: ({ topics }, { errorCode, apiVersion }) => ({
    topics: (topics ?? []).map(({ name, topicId }) => ({
      name: name ?? (apiVersion < 12 ? "" : null),
      topicId,
      errorCode,
    })),
    ...(apiVersion >= firstVersionWithTopError ? { errorCode } : {}),
  }),
  answer: async (request, context) => {
    const { broker, session, apiVersion, access } = context;
    const { cluster } = broker;
    const topics = await wantedTopics(request, context);
    return {
      brokers: endpoints(cluster, session.listener),
      clusterId: cluster.clusterId,
      controllerId: broker.controllerId,
      topics: request.includeTopicAuthorizedOperations
        ? topics.map((topic) => ({ ...topic, topicAuthorizedOperations: operationsOn(topic, access) }))
        : topics,
      ...(request.includeClusterAuthorizedOperations && apiVersion <= 10
        ? { clusterAuthorizedOperations: authorizedOperations(access, theCluster) }
        : {}),
    };
  },
});

const firstVersionWithTopError = 13;

function operationsOn({ name }: TopicAnswer, access: Access): number {
  return authorizedOperations(access, { kind: "topic", name: name ?? "" });
}

async function wantedTopics(
  { topics, allowAutoTopicCreation }: MetadataRequest,
  context: RequestContext,
): Promise<TopicAnswer[]> {
  const { cluster, config } = context.broker;
  const isAll = topics === null || (context.apiVersion === 0 && topics.length === 0);
  if (isAll) return Array.from(cluster.topics(), (topic) => shown(cluster, topic));
  // Ids go before names: as soon as one topic is asked for by id, names alone are passed over, as in Apache Kafka.
  const ids = new Map(topics.map(({ topicId }) => [topicId.toString(), topicId]));
  ids.delete(Uuid.zero.toString());
  if (ids.size > 0) return Array.from(ids.values(), (topicId) => byId(topicId, context));
  const names = [...new Set(topics.map(({ name }) => name ?? ""))];
  // Answered before they are made: as in Apache Kafka, whoever asks for a topic that is not there yet has to ask again.
  const answers = names.map((name) => byName(name, context));
  const unknown = names.filter((name) => cluster.topic(name) === undefined);
  const mayCreate = config.boolean("auto.create.topics.enable") && allowAutoTopicCreation;
  if (mayCreate && unknown.length > 0) await context.broker.autoCreate(unknown);
  return answers;
}

function byId(topicId: Uuid, { broker, apiVersion }: RequestContext): TopicAnswer {
  const topic = broker.cluster.topicById(topicId);
  if (apiVersion < 12) return { errorCode: ErrorCode.INVALID_REQUEST, name: "", topicId };
  return topic === undefined
    ? { errorCode: ErrorCode.UNKNOWN_TOPIC_ID, name: null, topicId }
    : shown(broker.cluster, topic);
}

function byName(name: string, { broker }: RequestContext): TopicAnswer {
  const topic = broker.cluster.topic(name);
  if (topic !== undefined) return shown(broker.cluster, topic);
  const errorCode =
    topicNameProblem(name) === undefined ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.INVALID_TOPIC_EXCEPTION;
  return { errorCode, name, topicId: Uuid.zero };
}

function shown(cluster: ClusterState, { name, id, isInternal, partitions }: TopicState): TopicAnswer {
  return {
    errorCode: ErrorCode.NONE,
    name,
    topicId: id,
    isInternal,
    partitions: partitions.map(({ partition, leader, leaderEpoch, replicas, isr }) => ({
      errorCode: cluster.isServing(leader) ? ErrorCode.NONE : ErrorCode.LEADER_NOT_AVAILABLE,
      partitionIndex: partition,
      leaderId: cluster.isServing(leader) ? leader : -1,
      leaderEpoch,
      replicaNodes: replicas,
      isrNodes: isr,
      offlineReplicas: replicas.filter((nodeId) => !cluster.isServing(nodeId)),
    })),
  };
}
