import type { Coordinator } from "@moldau/connection-pool";
import { ErrorCode, KafkaError, kafkaError, OffsetFetch, Uuid, type OffsetFetchResponse } from "@moldau/protocol-codec";
import type { MemberIdentity } from "../membership/membership.js";
import { groupByTopic, partitionKey, type TopicPartition } from "../partitions/topic-partition.js";
import { namesById, newestVersionFor } from "./topic-ids.js";

/** What the coordinator keeps for a partition, or why it does not tell. */
export interface CommittedOffset {
  /** The next offset to read, -1n when nothing was committed. */
  readonly offset: bigint;
  /** Epoch of the leader when it was committed, -1 when unknown. */
  readonly leaderEpoch: number;
  /** The text that was committed with it. */
  readonly metadata: string;
  /** Kafka's error number, 0 for none. */
  readonly errorCode: number;
}

/** How the coordinator is asked. */
export interface CommittedOptions {
  /** Id of a topic, so that another one that had its name before has no say; undefined when it is not known. */
  readonly topicId: (topic: string) => Uuid | undefined;
  /** Who asks: a member of a next-generation group is told nothing under an epoch that is over. Default: nobody in particular. */
  readonly identity?: MemberIdentity | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly timeoutMs?: number | undefined;
}

/**
 * Asks for the offsets that a group has committed (OffsetFetch). With offsets that a transaction is about to commit the
 * coordinator asks to be asked again (KIP-447).
 *
 * @throws {KafkaError} when the coordinator refuses or cannot be asked; one attempt is made.
 */
export async function fetchCommitted(
  coordinator: Coordinator,
  partitions: readonly TopicPartition[],
  { topicId: idOf, identity, signal, timeoutMs }: CommittedOptions,
): Promise<Map<string, CommittedOffset>> {
  const { key: groupId } = coordinator;
  const topics = [...groupByTopic(partitions)].map(([name, group]) => ({
    name,
    topicId: idOf(name) ?? Uuid.zero,
    partitionIndexes: group.map(({ partition }) => partition),
  }));
  const asked = { groupId, topics, ...memberOf(identity) };
  const answer = await coordinator.request(
    OffsetFetch,
    (version) => ({
      ...(version >= 8 ? { groups: [asked] } : { groupId, topics }),
      requireStable: version >= 7,
    }),
    { purpose: "offsets", signal, timeoutMs, maxVersion: newestVersionFor(topics) },
  );
  const nameOf = namesById(topics);
  return new Map(
    topicsOf(answer, coordinator).flatMap(({ name, topicId, partitions: answers }) =>
      answers.map(({ partitionIndex, errorCode, committedOffset, committedLeaderEpoch, metadata }) => [
        partitionKey(nameOf(name, topicId), partitionIndex),
        { offset: committedOffset, leaderEpoch: committedLeaderEpoch, metadata: metadata ?? "", errorCode },
      ]),
    ),
  );
}

function memberOf(identity: MemberIdentity | undefined): { memberId?: string; memberEpoch?: number } {
  if (identity === undefined || identity.memberId === "") return {};
  return { memberId: identity.memberId, memberEpoch: identity.generationId };
}

/** Since version 8 the answer is a list of groups (KIP-709). */
function topicsOf(
  answer: OffsetFetchResponse,
  coordinator: Coordinator,
): readonly (OffsetFetchResponse["topics"][number] & { readonly topicId: Uuid })[] {
  const group = answer.groups.find(({ groupId }) => groupId === coordinator.key);
  const errorCode = group?.errorCode ?? answer.errorCode;
  if (errorCode === ErrorCode.STALE_MEMBER_EPOCH || errorCode === ErrorCode.UNKNOWN_MEMBER_ID)
    throw outOfDate(errorCode, coordinator.key);
  coordinator.check(errorCode, OffsetFetch);
  return group?.topics ?? answer.topics.map((topic) => ({ ...topic, topicId: Uuid.zero }));
}

/** The member is another by now, or will find out that it is none. */
function outOfDate(errorCode: number, groupId: string): KafkaError {
  const { code, message } = kafkaError(errorCode);
  const facts = { groupId, errorCode, apiKey: OffsetFetch.key, apiName: OffsetFetch.name };
  return new KafkaError(code, message, { ...facts, retriable: true });
}
