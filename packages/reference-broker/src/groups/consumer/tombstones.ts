import type { ConsumerGroupRecord } from "./records.js";
import type { ConsumerGroup } from "./state.js";

/** The records that remove a group and all that the log says of it, in Kafka's order. */
export function groupTombstones(
  groupId: string,
  { members, patterns }: Pick<ConsumerGroup, "members" | "patterns">,
): readonly ConsumerGroupRecord[] {
  const memberIds = [...members.keys()];
  const value = null;
  return [
    ...memberIds.map((memberId) => ({ kind: "consumerCurrent", groupId, memberId, value }) as const),
    ...memberIds.map((memberId) => ({ kind: "consumerTarget", groupId, memberId, value }) as const),
    { kind: "consumerTargetEpoch", groupId, value },
    ...memberIds.map((memberId) => ({ kind: "consumerMember", groupId, memberId, value }) as const),
    ...Array.from(patterns.keys(), (pattern) => ({ kind: "consumerPattern", groupId, pattern, value }) as const),
    { kind: "consumerPartitionMetadata", groupId, value },
    { kind: "consumerGroup", groupId, value },
  ];
}
