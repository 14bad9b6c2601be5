import { brokerError, OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { ErrorCode, Metadata, type MetadataResponseTopic } from "@moldau/protocol-codec";
import { throwIfRefused } from "../routing/item-result.js";
import { operationOptions } from "./arguments.js";
import type { Operation } from "./operation.js";
import { describe, undescribed, type DescribedTopic } from "./describe-topics.js";

/** What to list. */
export interface ListTopicsOptions extends OperationOptions {
  /** Whether to list Kafka's own topics too, such as `__consumer_offsets`. Default false. */
  readonly includeInternal?: boolean;
}

/** A topic in the list. */
export type ListedTopic = DescribedTopic;

/** Lists the topics that the user may see, by name. */
export function listTopics(options: ListTopicsOptions): Operation<readonly ListedTopic[]> {
  const read = new OptionReader("listTopics", options);
  const includeInternal = read.boolean("includeInternal", { default: false });
  const wait = operationOptions(read);
  read.done();
  return { wait, run: (cluster, wait) => listAll(cluster, includeInternal, wait) };
}

async function listAll(
  cluster: Cluster,
  includeInternal: boolean,
  wait: OperationOptions,
): Promise<readonly ListedTopic[]> {
  // In version 0 an empty list means all topics; since then null does.
  const response = await cluster.request(Metadata, (version) => ({ topics: version === 0 ? [] : null }), wait);
  throwIfRefused(Metadata, response);
  return response.topics
    .filter(({ isInternal }) => includeInternal || !isInternal)
    .map(listed)
    .toSorted((left, right) => (left.topic < right.topic ? -1 : 1));
}

function listed(answer: MetadataResponseTopic): ListedTopic {
  const topic = answer.name ?? "";
  if (answer.errorCode === ErrorCode.NONE) return describe(topic, answer);
  const facts = { topic, apiKey: Metadata.key, apiName: Metadata.name };
  return undescribed(topic, brokerError(answer.errorCode, facts), answer);
}
