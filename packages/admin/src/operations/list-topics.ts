import { OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { kafkaError, Metadata } from "@moldau/protocol-codec";
import { operationOptions } from "./arguments.js";
import { describe, type DescribedTopic } from "./describe-topics.js";

/** What to list. */
export interface ListTopicsOptions extends OperationOptions {
  /** Whether to list Kafka's own topics too, such as `__consumer_offsets`. Default false. */
  readonly includeInternal?: boolean;
}

/** A topic in the list. */
export type ListedTopic = DescribedTopic;

/** Lists the topics that the user may see, by name. */
export async function listTopics(cluster: Cluster, options: ListTopicsOptions): Promise<readonly ListedTopic[]> {
  const read = new OptionReader("listTopics", options);
  const includeInternal = read.boolean("includeInternal", { default: false });
  const wait = operationOptions(read);
  read.done();
  // In version 0 an empty list means all topics; since then null does.
  const response = await cluster.request(Metadata, (version) => ({ topics: version === 0 ? [] : null }), wait);
  if (response.errorCode !== 0) throw kafkaError(response.errorCode, { apiKey: Metadata.key, apiName: Metadata.name });
  return response.topics
    .filter(({ isInternal }) => includeInternal || !isInternal)
    .map((answer) => describe(answer.name ?? "", answer))
    .toSorted((left, right) => (left.topic < right.topic ? -1 : 1));
}
