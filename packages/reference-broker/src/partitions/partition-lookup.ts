import { ErrorCode } from "@moldau/protocol-codec";
import type { Uuid } from "@moldau/protocol-codec";
import type { ClusterState, PartitionState, TopicState } from "../cluster/state.js";
import type { BrokerNode } from "../cluster/node.js";
import type { Partition } from "./partition.js";

/** A partition that this broker leads, or the error to answer with. */
export type LedPartition =
  | { readonly errorCode: 0; readonly led: Partition; readonly topic: TopicState; readonly state: PartitionState }
  | { readonly errorCode: number; readonly led: undefined };

/** What a request says of the partition it means. */
export interface PartitionReference {
  /** The topic, when it exists. */
  readonly topic: TopicState | undefined;
  /** Whether the request named it by id: an unknown id has an error of its own. */
  readonly byId: boolean;
  readonly partition: number;
  /** The leader epoch that the client knows of; -1 when it says none (KIP-320). */
  readonly currentLeaderEpoch?: number;
}

/**
 * Finds a partition that this broker leads. Between the moment when the broker learns that it leads and the opening of the log it answers
 * as a broker that does not lead yet, so that the client asks again.
 */
export function findLedPartition(
  { partitions, nodeId }: Pick<BrokerNode, "partitions" | "nodeId">,
  reference: PartitionReference,
): LedPartition {
  const { topic, byId, partition, currentLeaderEpoch = -1 } = reference;
  if (topic === undefined) return refused(byId ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  const state = topic.partitions[partition];
  if (state === undefined) return refused(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  if (state.leader !== nodeId) return refused(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  if (currentLeaderEpoch >= 0 && currentLeaderEpoch < state.leaderEpoch) return refused(ErrorCode.FENCED_LEADER_EPOCH);
  if (currentLeaderEpoch > state.leaderEpoch) return refused(ErrorCode.UNKNOWN_LEADER_EPOCH);
  const led = partitions.get(topic.name, partition);
  if (led?.isLed === true) return { errorCode: ErrorCode.NONE, led, topic, state };
  return refused(led?.life.state === "failed" ? ErrorCode.KAFKA_STORAGE_ERROR : ErrorCode.NOT_LEADER_OR_FOLLOWER);
}

/** The topic that a request means by name or, from the version on in which ids replace names, by id. */
export function findTopic(
  cluster: ClusterState,
  { name, id, byId }: { readonly name: string; readonly id: Uuid; readonly byId: boolean },
): TopicState | undefined {
  return byId ? cluster.topicById(id) : cluster.topic(name);
}

/** Where clients of a listener reach a broker, as it stands in answers; undefined when it is not registered or has no such listener. */
export interface NodeEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

/** See {@link NodeEndpoint}. */
export function endpointOf(cluster: ClusterState, nodeId: number, listener: string): NodeEndpoint | undefined {
  const broker = cluster.broker(nodeId);
  if (broker === undefined || broker.fenced) return undefined;
  const endpoint = broker.endpoints.find((each) => each.listener === listener);
  return endpoint === undefined ? undefined : { nodeId, host: endpoint.host, port: endpoint.port, rack: broker.rack };
}

/** Every broker that serves, as clients of a listener reach them, in ascending order of node ids. */
export function endpoints(cluster: ClusterState, listener: string): readonly NodeEndpoint[] {
  const found = [...cluster.brokers()].map(({ nodeId }) => endpointOf(cluster, nodeId, listener));
  return found.filter((endpoint) => endpoint !== undefined).sort((left, right) => left.nodeId - right.nodeId);
}

function refused(errorCode: number): LedPartition {
  return { errorCode, led: undefined };
}
