import { ErrorCode, ListConfigResources } from "@moldau/protocol-codec";
import type { ClusterState } from "../cluster/state.js";
import { configResource } from "../cluster/state.js";
import { handler } from "../network/handler.js";
import { denialCode, theCluster } from "../security/access.js";

/**
 * ListConfigResources 0-1: the names of what has configurations (KIP-1142).
 *
 * Groups for which something is set, every broker and its loggers, every topic; no types stand for all of them, and a type that is none is
 * answered with UNSUPPORTED_VERSION. Version 0 asks for client metrics alone, of which there are none here.
 */
export const listConfigResources = handler({
  api: ListConfigResources,
  versions: { min: 0, max: 1 },
  refuse: (_request, { errorCode }) => ({ errorCode }),
  authorize: (_request, { access }) => denialCode(access, "describeConfigs", theCluster),
  answer: ({ resourceTypes }, { broker, apiVersion }) => {
    if (apiVersion === 0) return {};
    const wanted = resourceTypes.length === 0 ? Object.values(configResource) : resourceTypes;
    const isKnown = (type: number): boolean => Object.values(configResource).some((known) => known === type);
    if (!wanted.every(isKnown)) return { errorCode: ErrorCode.UNSUPPORTED_VERSION };
    const configResources = listed
      .filter((type) => wanted.includes(type))
      .flatMap((resourceType) =>
        namesOf(resourceType, broker.cluster).map((resourceName) => ({ resourceName, resourceType })),
      );
    return { configResources };
  },
});

/** The kinds in the order of the answer. */
const listed = [
  configResource.group,
  configResource.clientMetrics,
  configResource.brokerLogger,
  configResource.broker,
  configResource.topic,
];

function namesOf(resourceType: number, cluster: ClusterState): readonly string[] {
  switch (resourceType) {
    case configResource.topic:
      return [...cluster.topics()].map(({ name }) => name);
    case configResource.broker:
    case configResource.brokerLogger:
      return [...cluster.brokers()].filter(({ fenced }) => !fenced).map(({ nodeId }) => String(nodeId));
    default:
      return cluster.configured(resourceType);
  }
}
