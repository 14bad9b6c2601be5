import { ErrorCode } from "@moldau/protocol-codec";
import type { BrokerConfig } from "./broker-config.js";
import type { Controller } from "./controller.js";
import { internalTopic } from "./internal-topics.js";
import { createTopics, type CreationSurroundings } from "./create-topics.js";

/**
 * Creates topics that somebody asked for. Resolves to the error codes of those that could not be created; one that was created by
 * somebody else meanwhile is none of them.
 */
export async function autoCreate(
  controller: Controller,
  names: readonly string[],
  surroundings: CreationSurroundings,
): Promise<ReadonlyMap<string, number>> {
  const topics = names.map((name) => wish(name, surroundings.config));
  const created = await controller.change((cluster) =>
    createTopics(cluster, { topics, validateOnly: false }, surroundings),
  );
  const refused = created.filter(
    ({ errorCode }) => errorCode !== ErrorCode.NONE && errorCode !== ErrorCode.TOPIC_ALREADY_EXISTS,
  );
  return new Map(refused.map(({ name, errorCode }) => [name, errorCode]));
}

/** How the topic is wanted: with the broker's defaults, except for Kafka's own. */
function wish(name: string, config: BrokerConfig) {
  const defaults = { numPartitions: -1, replicationFactor: -1, configs: [] };
  return { name, assignments: [], ...defaults, ...internalTopic(name)?.wish?.(config) };
}
