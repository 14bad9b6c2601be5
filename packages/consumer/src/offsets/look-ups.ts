import { asKafkaError, type ClusterAccess, type Coordinator } from "@moldau/connection-pool";
import { ErrorCode, KafkaError, ListOffsets, OffsetFetch } from "@moldau/protocol-codec";
import { withJson } from "@moldau/protocol-codec/internal";
import { partitionError } from "../errors.js";
import type { IsolationLevel } from "../fetch/isolation.js";
import type { OffsetTarget } from "../partitions/offset-target.js";
import { partitionKey, type TopicPartition } from "../partitions/topic-partition.js";
import { fetchCommitted, type CommittedOffset } from "./committed.js";
import { eachPartition, type AskContext, type Outcome } from "./each-partition.js";
import { listOffsets, type OffsetAnswer } from "./list-offsets.js";

/** The offset of a place in a partition, or why it is not known. */
export interface PartitionOffset extends TopicPartition {
  /** Absent on failure, and where no message is as young as was asked for. */
  readonly offset?: bigint;
  /** Time of the message at the offset, in milliseconds since 1970; absent where no message was looked for, or none was found. */
  readonly timestamp?: number;
  /** Epoch of the leader that wrote there; absent where the broker does not tell. */
  readonly leaderEpoch?: number;
  /** Why it is not known; absent when it is. */
  readonly error?: KafkaError;
}

/** What a group has committed for a partition, or why that is not known. */
export interface CommittedPartition extends TopicPartition {
  /** The next offset to read; absent when nothing was committed, and on failure. */
  readonly offset?: bigint;
  /** Epoch of the leader that took the last message before the offset; absent when it was not committed with it. */
  readonly leaderEpoch?: number;
  /** The text that was committed with the offset, often empty; absent where `offset` is. */
  readonly metadata?: string;
  /** Why it is not known; absent when it is. */
  readonly error?: KafkaError;
}

/** A place that is to be turned into an offset. */
export interface PlaceQuestion extends TopicPartition {
  readonly target: OffsetTarget;
}

/** How long a look-up may take. */
export interface LookUpOptions {
  readonly signal?: AbortSignal | undefined;
  /** When to give up, in milliseconds of the clock. */
  readonly deadline: number;
}

/** What look-ups need. */
export interface LookUpsInit {
  readonly cluster: Pick<
    ClusterAccess,
    "cachedTopic" | "clock" | "options" | "random" | "refreshTopics" | "requestOnce"
  >;
  readonly coordinator: Coordinator;
  readonly isolationLevel: IsolationLevel;
  /** Ends all of them, by its reason. */
  readonly closed: AbortSignal;
}

/** Answers for the application what brokers know of partitions, whether they are assigned or not. Each partition has an answer, or an error, of its own. */
export class LookUps {
  readonly #init: LookUpsInit;

  constructor(init: LookUpsInit) {
    this.#init = init;
  }

  /**
   * What the group has committed.
   *
   * @throws {KafkaError} when the coordinator refuses the whole question, or cannot be asked in time; CLIENT_ABORTED, CLIENT_CLOSED.
   */
  async committed(
    partitions: readonly TopicPartition[],
    { signal, deadline }: LookUpOptions,
  ): Promise<CommittedPartition[]> {
    const { cluster, closed } = this.#init;
    const outcomeOf = await eachPartition(partitions, {
      ask: (left, context) => this.#askCoordinator(left, { ...context, deadline }),
      pace: cluster.options,
      signals: [signal, closed],
      deadline,
    });
    return partitions.map(({ topic, partition }) => {
      const found = outcomeOf({ topic, partition });
      if (found === undefined || found instanceof KafkaError) return failed({ topic, partition }, found);
      const { offset, leaderEpoch, metadata } = found;
      if (offset < 0n) return { topic, partition };
      return withJson({ topic, partition, offset, ...(leaderEpoch < 0 ? {} : { leaderEpoch }), metadata });
    });
  }

  /**
   * The offsets of places, from the leaders. No message that young is no error, and no offset.
   *
   * @throws {KafkaError} when the cluster cannot be asked who leads; CLIENT_ABORTED, CLIENT_CLOSED.
   */
  async offsetsAt(places: readonly PlaceQuestion[], { signal, deadline }: LookUpOptions): Promise<PartitionOffset[]> {
    const { cluster, closed } = this.#init;
    const outcomeOf = await eachPartition(places, {
      ask: (left, context) => this.#askLeaders(left, context),
      pace: cluster.options,
      signals: [signal, closed],
      deadline,
    });
    return places.map((place) => {
      const { topic, partition } = place;
      const found = outcomeOf(place);
      if (found === undefined || found instanceof KafkaError) return failed({ topic, partition }, found);
      const { offset, timestamp, leaderEpoch } = found;
      return withJson({
        topic,
        partition,
        ...(offset < 0n ? {} : { offset }),
        ...(timestamp < 0n ? {} : { timestamp: Number(timestamp) }),
        ...(leaderEpoch < 0 ? {} : { leaderEpoch }),
      });
    });
  }

  async #askCoordinator(
    partitions: readonly TopicPartition[],
    { signal, deadline }: AskContext & { readonly deadline: number },
  ): Promise<(partition: TopicPartition) => Outcome<CommittedOffset>> {
    const { cluster, coordinator } = this.#init;
    const timeoutMs = Math.max(1, deadline - cluster.clock.monotonic());
    const answers = await fetchCommitted(coordinator, partitions, {
      topicId: (topic) => cluster.cachedTopic(topic)?.topicId,
      signal,
      timeoutMs,
    });
    return ({ topic, partition }) => {
      const answer = answers.get(partitionKey(topic, partition));
      if (answer?.errorCode === ErrorCode.NONE) return answer;
      return partitionError(answer?.errorCode ?? unanswered, { topic, partition }, { api: OffsetFetch });
    };
  }

  /** Asks each leader on its own: what one of them cannot tell holds up nothing that another one knows. */
  async #askLeaders(
    places: readonly PlaceQuestion[],
    { times, signal }: AskContext,
  ): Promise<(place: PlaceQuestion) => Outcome<OffsetAnswer>> {
    const { cluster } = this.#init;
    if (times > 1 || places.some((place) => this.#leaderOf(place) === undefined))
      await cluster.refreshTopics(new Set(places.map(({ topic }) => topic)), { signal });
    const byLeader = new Map<number, LedQuestion[]>();
    for (const place of places) {
      const { leader = noLeader, leaderEpoch = -1 } = this.#leaderOf(place) ?? {};
      byLeader.set(leader, [...(byLeader.get(leader) ?? []), { ...place, leaderEpoch }]);
    }
    const answers = await Promise.all(Array.from(byLeader, ([node, group]) => this.#askLeader(node, group, signal)));
    const outcomes = new Map(answers.flat());
    return ({ topic, partition }) =>
      outcomes.get(partitionKey(topic, partition)) ??
      partitionError(unanswered, { topic, partition }, { api: ListOffsets });
  }

  async #askLeader(
    node: number,
    questions: readonly LedQuestion[],
    signal: AbortSignal,
  ): Promise<(readonly [string, Outcome<OffsetAnswer>])[]> {
    const { cluster, isolationLevel } = this.#init;
    const each = (outcome: (question: LedQuestion) => Outcome<OffsetAnswer>) =>
      questions.map((question) => [partitionKey(question.topic, question.partition), outcome(question)] as const);
    const failure = (errorCode: number, question: LedQuestion): KafkaError =>
      partitionError(errorCode, question, { api: ListOffsets });
    if (node === noLeader) return each((question) => failure(this.#whyLeaderless(question), question));
    try {
      const answers = await listOffsets(cluster, node, { questions, isolationLevel, signal });
      return each((question) => {
        const answer = answers.get(partitionKey(question.topic, question.partition));
        return answer?.errorCode === ErrorCode.NONE ? answer : failure(answer?.errorCode ?? unanswered, question);
      });
    } catch (error) {
      if (signal.aborted) throw error;
      return each(() => asKafkaError(error));
    }
  }

  #whyLeaderless({ topic, partition }: TopicPartition): number {
    const known = this.#init.cluster.cachedTopic(topic)?.partitions[partition];
    return known === undefined ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.LEADER_NOT_AVAILABLE;
  }

  #leaderOf({
    topic,
    partition,
  }: TopicPartition): { readonly leader: number; readonly leaderEpoch: number } | undefined {
    const known = this.#init.cluster.cachedTopic(topic)?.partitions[partition];
    return known === undefined || known.leader === noLeader ? undefined : known;
  }
}

type LedQuestion = PlaceQuestion & { readonly leaderEpoch: number };

/** What metadata says for a partition without a leader. */
const noLeader = -1;

/** What an answer that leaves a partition out amounts to. */
const unanswered = ErrorCode.UNKNOWN_SERVER_ERROR;

function failed(
  named: TopicPartition,
  error: KafkaError | undefined,
): TopicPartition & { readonly error?: KafkaError } {
  return error === undefined ? named : { ...named, error };
}
