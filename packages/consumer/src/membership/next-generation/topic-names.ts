import { attempt, type ClusterAccess, type FailedAttempt } from "@moldau/connection-pool";
import { ErrorCode, KafkaError, kafkaError, Metadata, type Uuid } from "@moldau/protocol-codec";
import type { TopicNames } from "./target.js";

/** As much of a cluster as tells names. */
export type NamingCluster = Pick<ClusterAccess, "options" | "refreshTopics" | "request" | "topicNameOf">;

/** What a search for names is made with. */
export interface NameSearch {
  readonly signal: AbortSignal;
  /** Some names were found. */
  readonly found: (names: TopicNames) => void;
  readonly retrying: (failed: FailedAttempt) => void;
}

/** The names that the cluster's metadata has for topics already. */
export function knownNames(cluster: NamingCluster, topics: readonly Uuid[]): TopicNames {
  return new Map(
    topics.flatMap((topicId) => {
      const name = cluster.topicNameOf(topicId);
      return name === undefined ? [] : [[topicId.toString(), name] as const];
    }),
  );
}

/**
 * Asks for the names of topics that nobody asked for by name: those that a pattern of the broker's stands for, and those that were made so lately
 * that the metadata is older. Resolves when all are found, and what is read of them is in the metadata too.
 *
 * @throws {KafkaError} what does not pass; CLIENT_ABORTED.
 */
export async function findNames(
  cluster: NamingCluster,
  topics: readonly Uuid[],
  { signal, found, retrying }: NameSearch,
): Promise<void> {
  await attempt(
    async () => {
      const missing = topics.filter((topicId) => cluster.topicNameOf(topicId) === undefined);
      if (missing.length > 0) await ask(cluster, missing, signal);
      found(knownNames(cluster, topics));
      const [unknown] = topics.filter((topicId) => cluster.topicNameOf(topicId) === undefined);
      if (unknown !== undefined) throw unknownTopicId(unknown);
    },
    { pace: cluster.options, signals: [signal], retrying },
  );
}

async function ask(cluster: NamingCluster, topics: readonly Uuid[], signal: AbortSignal): Promise<void> {
  const body = { topics: topics.map((topicId) => ({ topicId, name: null })), allowAutoTopicCreation: false };
  const answer = await cluster.request(Metadata, () => body, { signal });
  const names = answer.topics.flatMap(({ name }) => name ?? []);
  if (names.length > 0) await cluster.refreshTopics(names, { signal });
}

function unknownTopicId(topicId: Uuid): Error {
  const { code } = kafkaError(ErrorCode.UNKNOWN_TOPIC_ID);
  const message = `${code}: The group's coordinator assigned the topic with the id ${topicId.toString()}, which no broker knows yet, or not any more.`;
  return new KafkaError(code, message, { errorCode: ErrorCode.UNKNOWN_TOPIC_ID, retriable: true });
}
