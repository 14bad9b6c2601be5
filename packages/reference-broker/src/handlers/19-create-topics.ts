import { CreateTopics } from "@moldau/protocol-codec";
import type { CreateTopicsResponseTopic } from "@moldau/protocol-codec";
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
 * Differences from Apache Kafka: one replica per partition; results stand in the order of the request; `timeoutMs` does not matter, because
 * the topic is there when the answer is.
 */
export const createTopics = handler({
  api: CreateTopics,
  versions: { min: 2, max: 7 },
  refuse: ({ topics }, { errorCode }) => ({
    topics: topics.map(({ name }) => ({ name, errorCode, errorMessage: null })),
  }),
  answer: async ({ topics, validateOnly }, { broker }) => {
    const created = await broker.controller.change((cluster) => plan(cluster, { topics, validateOnly }, broker));
    return { topics: created.map((creation) => answerOf(creation, broker.config)) };
  },
});

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
    configs: topicConfigKeys().map((key) => {
      const { value, source } = topicConfigValue(key, configs, config);
      return { name: key, value, configSource: source, readOnly: false, isSensitive: false };
    }),
  };
}
