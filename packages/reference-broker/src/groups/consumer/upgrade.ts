import { DecodeError, decodeAssignment, decodeSubscription, ErrorCode } from "@moldau/protocol-codec";
import { metadataOf } from "../classic/roster.js";
import { membersOf, type ClassicGroup, type ClassicMember, type PopulatedGroup } from "../classic/state.js";
import { Draft, refusal } from "./draft.js";
import type { ConsumerCommand, ConsumerRules } from "./events.js";
import { applyRecords } from "./apply.js";
import { factsOf } from "./membership.js";
import { sortedNames, type ConsumerGroupRecord } from "./records.js";
import { newMember, type ConsumerMember } from "./state.js";
import { standingOf } from "./step-towards.js";
import { groupHash } from "./metadata-hash.js";
import type { TopicCatalogue } from "./topic-catalogue.js";
import { withEpoch, withoutEpochs, type TopicPartitions } from "./topic-partitions.js";

/**
 * Takes a group over from the classic protocol, because a member of the consumer protocol comes. An empty one is replaced. Of one with members
 * each keeps its partitions and goes on by the classic protocol until it comes itself. Throws GROUP_ID_NOT_FOUND when that may not be.
 */
export function upgrade(group: ClassicGroup, rules: ConsumerRules): Draft {
  const { groupId, topics } = rules;
  const gone = { kind: "group", groupId, value: null } as const;
  if (group.state === "Empty" || group.state === "Dead") return endingClassic(new Draft(groupId, undefined, [gone]));
  checkUpgrade(group, rules);
  const members = convert(group, groupId, topics);
  const records = recordsOf(groupId, group.generation, { members, topics });
  const draft = endingClassic(new Draft(groupId, applyRecords(undefined, records), [gone, ...records]));
  for (const { memberId, classic } of members)
    draft.command({
      type: "setDeadline",
      deadline: { type: "session", memberId },
      delayMs: classic?.sessionTimeoutMs ?? rules.sessionTimeoutMs,
    });
  return draft;
}

/** Has those who wait in the classic group sent back to join, and it forgotten. */
function endingClassic(draft: Draft): Draft {
  const end: ConsumerCommand = { type: "endClassic" };
  draft.command(end);
  return draft;
}

function checkUpgrade(group: PopulatedGroup, { groupId, migration, maxSize }: ConsumerRules): void {
  const refused = (why: string): Error =>
    refusal(ErrorCode.GROUP_ID_NOT_FOUND, `Cannot upgrade classic group ${groupId} to consumer group because ${why}.`);
  if (!migration.upgrade) throw refused("online upgrade is disabled");
  if (group.protocolType !== "consumer") throw refused("the group does not use the consumer embedded protocol");
  if (group.roster.members.size > maxSize) throw refused("the group size exceeds the consumer group maximum size");
}

/** Every member as it stands: with the partitions that the last generation gave it, which are also what it is to have. */
function convert(group: PopulatedGroup, groupId: string, topics: TopicCatalogue): readonly ConsumerMember[] {
  const protocolName = protocolOf(group);
  try {
    return membersOf(group).map((member) => {
      const { topics: names, rackId } = decodeSubscription(metadataOf(member, protocolName));
      return {
        ...newMember(member.memberId),
        epoch: group.generation,
        previousEpoch: group.generation,
        groupInstanceId: member.groupInstanceId,
        rackId: rackId === "" ? null : rackId,
        rebalanceTimeoutMs: member.rebalanceTimeoutMs,
        clientId: member.clientId,
        clientHost: member.clientHost,
        topics: sortedNames(names),
        assigned: withEpoch(assignedTo(member, groupId, topics), group.generation),
        classic: { sessionTimeoutMs: member.sessionTimeoutMs, protocols: member.protocols },
      };
    });
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    throw refusal(
      ErrorCode.GROUP_ID_NOT_FOUND,
      `Cannot upgrade classic group ${groupId} to consumer group because the embedded consumer protocol is malformed.`,
    );
  }
}

/** The protocol of the last generation; in the very first rebalance there is none yet, and any that a member knows says what it reads. */
function protocolOf(group: PopulatedGroup): string {
  return group.protocolName ?? membersOf(group)[0]?.protocols[0]?.name ?? "";
}

function assignedTo({ assignment }: ClassicMember, groupId: string, topics: TopicCatalogue): TopicPartitions {
  if (assignment.length === 0) return new Map();
  const { assignedPartitions, userData } = decodeAssignment(assignment);
  if (userData !== null && userData.length > 0)
    throw refusal(
      ErrorCode.GROUP_ID_NOT_FOUND,
      `Cannot upgrade classic group ${groupId} to consumer group because an unsupported custom assignor is in use. ` +
        "Please refer to the documentation or switch to a default assignor before re-attempting the upgrade.",
    );
  return new Map(
    assignedPartitions.flatMap(({ topic, partitions }) => {
      const id = topics.idOf(topic);
      return id === undefined ? [] : [[id, new Set(partitions)] as const];
    }),
  );
}

function recordsOf(
  groupId: string,
  epoch: number,
  { members, topics }: { readonly members: readonly ConsumerMember[]; readonly topics: TopicCatalogue },
): readonly ConsumerGroupRecord[] {
  const facts = members.map((member): ConsumerGroupRecord => ({
    kind: "consumerMember",
    groupId,
    memberId: member.memberId,
    value: factsOf(member),
  }));
  const read = new Set(members.flatMap((member) => member.topics));
  const metadataHash = groupHash(read, (topic) => topics.hashOf(topic));
  return [
    ...facts,
    { kind: "consumerGroup", groupId, value: { epoch, metadataHash } },
    ...members.map(({ memberId, assigned }): ConsumerGroupRecord => ({
      kind: "consumerTarget",
      groupId,
      memberId,
      value: withoutEpochs(assigned),
    })),
    { kind: "consumerTargetEpoch", groupId, value: { epoch, atMs: 0 } },
    ...members.map((member): ConsumerGroupRecord => ({
      kind: "consumerCurrent",
      groupId,
      memberId: member.memberId,
      value: standingOf(member),
    })),
  ];
}
