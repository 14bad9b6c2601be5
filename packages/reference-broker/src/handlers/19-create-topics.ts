import { CreateTopics, ErrorCode } from "@moldau/protocol-codec";
import type { CreateTopicsRequest, CreateTopicsResponseTopic } from "@moldau/protocol-codec";
import type { BrokerConfig } from "../cluster/broker-config.js";
import { createTopics as plan, type TopicCreation } from "../cluster/create-topics.js";
import { topicConfigKeys, topicConfigValue } from "../cluster/topic-settings.js";
import { handler } from "../network/handler.js";

type TopicAnswer = Partial<CreateTopicsResponseTopic>;

/**
 * CreateTopics 2-7: new topics, each with a result of its own.
 *
 * -1 for partitions or replication factor takes the broker's default; replicas may be chosen by hand; `validateOnly` changes nothing. Any
 * broker takes the request. From 5 on the answer shows the configuration that results, from 7 on the topic's id.
 * Differences from Apache Kafka: one replica per partition; results stand in the order of the request. Without time to do it in (`timeoutMs` of 0
 * or less) nothing is done: REQUEST_TIMED_OUT.
 */
export const createTopics = handler({
  api: CreateTopics,
  versions: { min: 2, max: 7 },
  refuse: ({ topics }, { errorCode }) => refused(topics, errorCode),
  answer: async ({ topics, validateOnly, timeoutMs }, { broker }) => {
    if (timeoutMs <= 0) return refused(topics, ErrorCode.REQUEST_TIMED_OUT);
    const created = await broker.controller.change((cluster) => plan(cluster, { topics, validateOnly }, broker));
    return { topics: created.map((creation) => answerOf(creation, broker.config)) };
  },
});

function refused(topics: CreateTopicsRequest["topics"], errorCode: number) {
  return { topics: topics.map(({ name }) => ({ name, errorCode, errorMessage: null })) };
}

function answerOf(creation: TopicCreation, config: BrokerConfig): TopicAnswer {
  if ("message" in creation)
    return { name: creation.name, errorCode: creation.errorCode, errorMessage: creation.message };
  const { name, topicId, partitions, replicationFactor, configs } = creation;
  return {
    name,
    topicId,
    errorMessage: null,
    numPartitions: partitions,
    replicationFactor,
    configs: topicConfigKeys(configs).map((key) => {
      const { value, source } = topicConfigValue(key, configs, config);
      return { name: key, value, configSource: source, readOnly: false, isSensitive: false };
    }),
  };
}
