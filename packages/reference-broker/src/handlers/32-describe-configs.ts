import { DescribeConfigs, ErrorCode, errorByCode } from "@moldau/protocol-codec";
import type { DescribeConfigsRequestResource } from "@moldau/protocol-codec";
import { describeBroker, describeGroup, describeTopic, type ConfigEntry } from "../cluster/describe-configs.js";
import { configResource } from "../cluster/state.js";
import { topicNameProblem } from "../cluster/topic-names.js";
import { handler } from "../network/handler.js";
import type { BrokerNode } from "../cluster/node.js";

/**
 * DescribeConfigs 1-4: the configuration of topics, groups and brokers, with where each value comes from.
 *
 * No keys, null or an empty list, stands for all of them. A broker answers for itself only; for the empty name, which stands for the defaults of all brokers, there is nothing. From 3 on types and,
 * if wanted, sentences about the keys come along. A group need not exist to have a configuration. Differences from Apache Kafka: a broker's keys
 * are those that mean something here; it has no loggers; client metrics get INVALID_REQUEST.
 */
export const describeConfigs = handler({
  api: DescribeConfigs,
  versions: { min: 1, max: 4 },
  refuse: ({ resources }, { errorCode }) => ({
    results: resources.map(({ resourceType, resourceName }) => ({
      resourceType,
      resourceName,
      ...refused(errorCode),
    })),
  }),
  answer: ({ resources, includeSynonyms, includeDocumentation }, { broker }) => ({
    results: resources.map((resource) => {
      const { resourceType, resourceName, configurationKeys } = resource;
      const found = describe(resource, broker);
      if ("errorCode" in found) return { resourceType, resourceName, ...found };
      const isAll = configurationKeys === null || configurationKeys.length === 0;
      const wanted = found.entries.filter(({ name }) => isAll || configurationKeys.includes(name));
      const configs = wanted.map(({ name, value, source, synonyms, configType, documentation, isReadOnly }) => ({
        name,
        value,
        readOnly: isReadOnly,
        configSource: source,
        synonyms: includeSynonyms ? synonyms : [],
        configType,
        documentation: includeDocumentation ? documentation : null,
      }));
      return { resourceType, resourceName, errorCode: ErrorCode.NONE, errorMessage: null, configs };
    }),
  }),
});

interface Refusal {
  readonly errorCode: number;
  readonly errorMessage: string;
}

function describe(
  { resourceType, resourceName }: DescribeConfigsRequestResource,
  broker: BrokerNode,
): { readonly entries: readonly ConfigEntry[] } | Refusal {
  switch (resourceType) {
    case configResource.topic: {
      const problem = topicNameProblem(resourceName);
      if (problem !== undefined) return refused(ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
      if (broker.cluster.topic(resourceName) === undefined) return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
      return { entries: describeTopic(broker.cluster.configs(configResource.topic, resourceName), broker.config) };
    }
    case configResource.broker:
      if (resourceName === "") return { entries: [] };
      return wrongBroker(resourceName, broker.nodeId) ?? { entries: describeBroker(broker.config) };
    case configResource.group:
      if (resourceName === "") return refused(ErrorCode.INVALID_REQUEST, "Group name must not be empty");
      return { entries: describeGroup(broker.cluster.configs(configResource.group, resourceName), broker.config) };
    case configResource.brokerLogger:
      return wrongBroker(resourceName, broker.nodeId) ?? { entries: [] };
    default:
      return refused(ErrorCode.INVALID_REQUEST, `Unsupported resource type: ${resourceType}`);
  }
}

function wrongBroker(name: string, nodeId: number): Refusal | undefined {
  if (!/^-?\d+$/.test(name))
    return refused(ErrorCode.INVALID_REQUEST, `Broker id must be an integer, but it is: ${name}`);
  if (Number(name) === nodeId) return undefined;
  return refused(
    ErrorCode.INVALID_REQUEST,
    `Unexpected broker id, expected ${nodeId} or empty string, but received ${name}`,
  );
}

function refused(errorCode: number, errorMessage = errorByCode(errorCode).message): Refusal {
  return { errorCode, errorMessage };
}
