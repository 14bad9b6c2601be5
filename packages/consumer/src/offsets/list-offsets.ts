import type { ClusterAccess } from "@moldau/connection-pool";
import { ListOffsets } from "@moldau/protocol-codec";
import { isolationLevels, type IsolationLevel } from "../fetch/isolation.js";
import { groupByTopic, partitionKey, type TopicPartition } from "../partitions/topic-partition.js";
import { endsAtLatest, timestampOf, type OffsetTarget } from "../partitions/offset-target.js";

/** A place that is to be turned into an offset. */
export interface OffsetQuestion extends TopicPartition {
  readonly target: OffsetTarget;
  /** The leader's epoch as the metadata has it, so that a leader that was replaced does not answer; -1 when unknown. */
  readonly leaderEpoch: number;
}

/** An answer: an offset, or why there is none. */
export interface OffsetAnswer {
  /** -1n when there is none. */
  readonly offset: bigint;
  /** Of the message at the offset, in milliseconds since 1970; -1n where no message was looked for, or none is that young. */
  readonly timestamp: bigint;
  /** Epoch of the leader that wrote there, -1 when the broker does not tell. */
  readonly leaderEpoch: number;
  /** Kafka's error number, 0 for none. */
  readonly errorCode: number;
}

/** As much of a cluster as asking one broker needs. */
export type AskedCluster = Pick<ClusterAccess, "clock" | "options" | "requestOnce">;

/** What is asked, and how. */
export interface ListOffsetsOptions {
  readonly questions: readonly OffsetQuestion[];
  /** With `"read_committed"` the end is where the first open transaction begins. */
  readonly isolationLevel: IsolationLevel;
  readonly signal: AbortSignal;
}

/**
 * Asks one broker at which offsets one can begin to read from places in partitions that it leads (ListOffsets). A point in
 * time behind the last message is the end.
 *
 * @throws {KafkaError} when the broker cannot be asked; one attempt is made.
 */
export async function placesOf(
  cluster: AskedCluster,
  node: number,
  { questions, isolationLevel, signal }: ListOffsetsOptions,
): Promise<Map<string, OffsetAnswer>> {
  const answers = await listOffsets(cluster, node, { questions, isolationLevel, signal });
  const beyond = questions.filter(
    (question) => endsAtLatest(question.target) && answers.get(keyOf(question))?.offset === -1n,
  );
  if (beyond.length === 0) return answers;
  const ends = await listOffsets(cluster, node, {
    questions: beyond.map((question) => ({ ...question, target: "latest" })),
    isolationLevel,
    signal,
  });
  return new Map([...answers, ...ends]);
}

/**
 * Asks one broker which offsets places in partitions that it leads are (ListOffsets).
 *
 * @throws {KafkaError} when the broker cannot be asked; one attempt is made.
 */
export async function listOffsets(
  cluster: AskedCluster,
  node: number,
  { questions, isolationLevel, signal }: ListOffsetsOptions,
): Promise<Map<string, OffsetAnswer>> {
  const now = cluster.clock.now();
  const topics = [...groupByTopic(questions)].map(([name, group]) => ({
    name,
    partitions: group.map(({ partition, target, leaderEpoch }) => ({
      partitionIndex: partition,
      currentLeaderEpoch: leaderEpoch,
      timestamp: timestampOf(target, now),
    })),
  }));
  const timeoutMs = cluster.options.requestTimeoutMs;
  const answer = await cluster.requestOnce(
    ListOffsets,
    (version) => ({
      replicaId: -1,
      topics,
      ...(version >= 2 ? { isolationLevel: isolationLevels[isolationLevel] } : {}),
      ...(version >= 10 ? { timeoutMs } : {}),
    }),
    { node, signal, timeoutMs },
  );
  return new Map(
    answer.topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, ...found }) => [partitionKey(name, partitionIndex), found] as const),
    ),
  );
}

function keyOf({ topic, partition }: TopicPartition): string {
  return partitionKey(topic, partition);
}
