import {
  ErrorCode,
  OffsetFetch,
  Uuid,
  type OffsetFetchRequest,
  type ResponseInputOf,
  type OffsetFetchRequestGroup,
} from "@moldau/protocol-codec";
import { handler, type Refusal } from "../network/handler.js";
import { errorCodeOf } from "../coordination/coordinator-error.js";
import type { GroupCoordinator } from "../groups/coordinator.js";
import { noOffset, type FetchedTopic } from "../groups/offset-fetch.js";

/**
 * OffsetFetch 1-10: the offsets that groups have committed.
 *
 * Null topics (version 2 on) ask for all of a group's offsets; from version 8 on one request asks for several groups, from 10 on topics
 * are named by id (UNKNOWN_TOPIC_ID where there is none, and topics without an id are left out of "all"). A partition or a group without
 * offset is answered with -1 and no error. `requireStable` waits for what is being written and answers UNSTABLE_OFFSET_COMMIT where an
 * open transaction holds an offset (KIP-447). From version 9 on a member of the consumer protocol says who it is, and has to be in the group's
 * epoch (UNKNOWN_MEMBER_ID, STALE_MEMBER_EPOCH; UNKNOWN_SERVER_ERROR for an epoch without a member). Errors of the coordinator stand in each
 * partition in version 1, above them after that. As in Apache Kafka 4.3.
 */
export const offsetFetch = handler({
  api: OffsetFetch,
  versions: { min: 1, max: 10 },
  refuse: (request, { errorCode, apiVersion }) => {
    const groups = groupsOf(request, apiVersion).map((group) => refusedGroup(group, { errorCode, apiVersion }));
    return inVersion(groups, apiVersion);
  },
  answer: async (request, { broker, apiVersion }) => {
    const groups = await Promise.all(
      groupsOf(request, apiVersion).map((group) =>
        fetchGroup(broker.groups, group, { requireStable: request.requireStable, apiVersion }),
      ),
    );
    return inVersion(groups, apiVersion);
  },
});

type Group = Pick<OffsetFetchRequestGroup, "groupId" | "topics" | "memberId" | "memberEpoch">;
type GroupAnswer = NonNullable<ResponseInputOf<typeof OffsetFetch>["groups"]>[number] & {
  readonly topics: readonly FetchedTopic[];
  readonly errorCode: number;
};

/** The form of version 8 on, also for a request of one group before that. */
function groupsOf({ groupId, topics, groups }: OffsetFetchRequest, apiVersion: number): readonly Group[] {
  return apiVersion >= 8
    ? groups
    : [
        {
          groupId,
          topics: topics?.map((topic) => ({ ...topic, topicId: Uuid.zero })) ?? null,
          memberId: null,
          memberEpoch: -1,
        },
      ];
}

function inVersion(groups: readonly GroupAnswer[], apiVersion: number): ResponseInputOf<typeof OffsetFetch> {
  if (apiVersion >= 8) return { groups };
  const [group] = groups;
  return { topics: group?.topics ?? [], errorCode: group?.errorCode ?? ErrorCode.NONE };
}

async function fetchGroup(
  coordinator: GroupCoordinator,
  { groupId, topics, memberId, memberEpoch }: Group,
  { requireStable, apiVersion }: { requireStable: boolean; apiVersion: number },
): Promise<GroupAnswer> {
  const options = { requireStable, claim: { memberId, memberEpoch } };
  const named =
    topics?.map((topic) =>
      apiVersion < 10 ? topic : { ...topic, name: coordinator.topics.topicById(topic.topicId)?.name ?? "" },
    ) ?? null;
  try {
    if (named === null)
      return {
        groupId,
        topics: withIds(coordinator, await coordinator.fetch(groupId, null, options), apiVersion),
        errorCode: ErrorCode.NONE,
      };
    const known = named.filter(({ name }) => name !== "" || apiVersion < 10);
    const unknown = named.filter((topic) => !known.includes(topic));
    const found = await coordinator.fetch(groupId, known, options);
    return { groupId, topics: [...found, ...refuse(unknown, ErrorCode.UNKNOWN_TOPIC_ID)], errorCode: ErrorCode.NONE };
  } catch (error) {
    return refusedGroup({ groupId, topics: named }, { errorCode: errorCodeOf(error), apiVersion });
  }
}

/** Version 1 has no place for an error but the partitions. */
function refusedGroup(
  { groupId, topics }: Pick<Group, "groupId" | "topics">,
  { errorCode, apiVersion }: Refusal,
): GroupAnswer {
  return { groupId, topics: apiVersion < 2 ? refuse(topics ?? [], errorCode) : [], errorCode };
}

function withIds(
  coordinator: GroupCoordinator,
  topics: readonly FetchedTopic[],
  apiVersion: number,
): readonly FetchedTopic[] {
  if (apiVersion < 10) return topics;
  return topics.flatMap((topic) => {
    const known = coordinator.topics.topic(topic.name);
    return known === undefined ? [] : [{ ...topic, topicId: known.id }];
  });
}

function refuse(topics: NonNullable<Group["topics"]>, errorCode: number): readonly FetchedTopic[] {
  return topics.map(({ name, topicId, partitionIndexes }) => ({
    name,
    topicId,
    partitions: partitionIndexes.map((index) => noOffset(index, errorCode)),
  }));
}
