import { ErrorCode, type OffsetCommitRequest } from "@moldau/protocol-codec";
import type { BrokerEvents, GroupMemberEvent, MemberLeftEvent } from "../events.js";
import type { ClassicChange } from "./classic/classic-groups.js";
import { tellConsumerChange } from "./consumer/consumer-tidings.js";
import type { ConsumerChange } from "./consumer/consumer-groups.js";
import { membersOf, type ClassicGroup, type ClassicMember } from "./classic/state.js";
import type { CommittedTopic } from "./offset-commit.js";
import type { OffsetKey, StoredOffset } from "./offsets.js";

/** Who hears what becomes of groups. None of it throws. */
export interface GroupTidings {
  changed(change: ClassicChange): void;
  consumerChanged(change: ConsumerChange): void;
  /** The group is gone from the log. */
  deleted(groupId: string): void;
  /** What was asked for, and what each partition was answered with. */
  committed(
    request: Pick<OffsetCommitRequest, "groupId" | "memberId" | "topics">,
    committed: readonly CommittedTopic[],
  ): void;
  /** A transaction was committed, and these offsets count from now on. */
  settled(offsets: readonly SettledOffset[]): void;
}

/** An offset that a transaction committed. */
export type SettledOffset = OffsetKey & { readonly stored: Pick<StoredOffset, "offset"> };

/** Tells the broker's listeners; what nobody listens to is not worked out. */
export function groupTidings(broker: number, events: BrokerEvents | undefined): GroupTidings {
  return {
    changed: (change) => {
      if (events === undefined) return;
      if (events.isHeard("memberJoined") || events.isHeard("memberLeft")) tellMembers(events, broker, change);
      if (events.isHeard("groupChanged")) tellState(events, broker, change);
    },
    consumerChanged: (change) => {
      if (events !== undefined) tellConsumerChange(events, broker, change);
    },
    deleted: (groupId) =>
      events?.groupChanged({ broker, groupId, state: "Dead", generation: 0, protocol: null, members: [] }),
    committed: (request, committed) => {
      if (events?.isHeard("offsetsCommitted") === true)
        events.offsetsCommitted({
          broker,
          groupId: request.groupId,
          memberId: request.memberId,
          topics: acceptedOffsets(request, committed),
        });
    },
    settled: (offsets) => {
      if (events?.isHeard("offsetsCommitted") !== true) return;
      for (const groupId of new Set(offsets.map((each) => each.groupId))) {
        const topics = topicsOf(offsets.filter((each) => each.groupId === groupId));
        events.offsetsCommitted({ broker, groupId, memberId: "", topics });
      }
    },
  };
}

function tellMembers(events: BrokerEvents, broker: number, { groupId, before, after, by }: ClassicChange): void {
  const [old, now] = [membersOf(before), membersOf(after)];
  const factsOf = (member: ClassicMember): GroupMemberEvent => ({
    broker,
    groupId,
    memberId: member.memberId,
    groupInstanceId: member.groupInstanceId,
    clientId: member.clientId,
    clientHost: member.clientHost.replace(/^\//, ""),
  });
  for (const member of missingIn(now, old)) events.memberLeft({ ...factsOf(member), reason: reasonOf(by) });
  for (const member of missingIn(old, now)) events.memberJoined(factsOf(member));
}

function tellState(events: BrokerEvents, broker: number, { groupId, before, after }: ClassicChange): void {
  if (after.state === "Dead" || (before.state === after.state && generationOf(before) === after.generation)) return;
  events.groupChanged({
    broker,
    groupId,
    state: after.state,
    generation: after.generation,
    protocol: after.state === "Empty" ? null : after.protocolName,
    members: membersOf(after).map(({ memberId }) => memberId),
  });
}

/** Those of `members` that are not in `others`. */
function missingIn(others: readonly ClassicMember[], members: readonly ClassicMember[]): readonly ClassicMember[] {
  const ids = new Set(others.map(({ memberId }) => memberId));
  return members.filter(({ memberId }) => !ids.has(memberId));
}

function generationOf(group: ClassicGroup): number {
  return group.state === "Dead" ? 0 : group.generation;
}

/** Why a member is gone, by what happened to the group. */
function reasonOf(by: ClassicChange["by"]): MemberLeftEvent["reason"] {
  switch (by) {
    case "sessionDeadline":
      return "sessionExpired";
    case "joinDeadline":
    case "syncDeadline":
      return "missedRebalance";
    case "join":
      return "replaced";
    default:
      return "left";
  }
}

function acceptedOffsets({ topics }: Pick<OffsetCommitRequest, "topics">, committed: readonly CommittedTopic[]) {
  return topics.flatMap(({ partitions }, index) => {
    const answer = committed[index];
    const accepted = partitions.flatMap(({ partitionIndex: partition, committedOffset: offset }, at) =>
      answer?.partitions[at]?.errorCode === ErrorCode.NONE ? [{ partition, offset }] : [],
    );
    return answer === undefined || accepted.length === 0 ? [] : [{ topic: answer.name, partitions: accepted }];
  });
}

function topicsOf(offsets: readonly SettledOffset[]) {
  return [...new Set(offsets.map(({ topic }) => topic))].map((topic) => ({
    topic,
    partitions: offsets
      .filter((each) => each.topic === topic)
      .map(({ partition, stored: { offset } }) => ({ partition, offset })),
  }));
}
