import type { ConsumerGroupRecord } from "./records.js";
import { memberEpochs, newConsumerGroup, newMember, type ConsumerGroup, type ConsumerMember } from "./state.js";
import { noPartitions } from "./topic-partitions.js";

/**
 * What a group is after one more record; undefined when it is gone, or was never there. Replay after a start and the live run both go through
 * here: a transition is no more than the records that it writes.
 */
export function applyRecord(before: ConsumerGroup | undefined, record: ConsumerGroupRecord): ConsumerGroup | undefined {
  // Tombstones of what is not there say nothing: compaction may have removed what they were for.
  if (before === undefined && record.value === null) return undefined;
  const group = before ?? newConsumerGroup;
  switch (record.kind) {
    case "consumerGroup":
      return record.value === null ? undefined : { ...group, ...record.value };
    case "consumerPartitionMetadata":
      return { ...group, hasPartitionMetadata: record.value !== null };
    case "consumerTargetEpoch":
      return record.value === null
        ? { ...group, targetEpoch: -1, targetAtMs: 0 }
        : { ...group, targetEpoch: record.value.epoch, targetAtMs: record.value.atMs };
    case "consumerTarget":
      return { ...group, targets: withEntry(group.targets, record.memberId, record.value) };
    case "consumerPattern":
      return { ...group, patterns: withEntry(group.patterns, record.pattern, record.value) };
    case "consumerMember":
    case "consumerCurrent":
      return { ...group, members: withEntry(group.members, record.memberId, memberAfter(group, record)) };
  }
}

/** What a group is after some more records. */
export function applyRecords(
  before: ConsumerGroup | undefined,
  records: readonly ConsumerGroupRecord[],
): ConsumerGroup | undefined {
  return records.reduce(applyRecord, before);
}

function memberAfter(
  { members }: ConsumerGroup,
  record: Extract<ConsumerGroupRecord, { kind: "consumerMember" | "consumerCurrent" }>,
): ConsumerMember | null {
  const known = members.get(record.memberId);
  if (record.value !== null) return { ...(known ?? newMember(record.memberId)), ...record.value };
  if (record.kind === "consumerMember" || known === undefined) return null;
  const { leave: epoch } = memberEpochs;
  return { ...known, epoch, previousEpoch: epoch, assigned: noPartitions, toRevoke: noPartitions };
}

function withEntry<Value>(
  entries: ReadonlyMap<string, Value>,
  key: string,
  value: Value | null,
): ReadonlyMap<string, Value> {
  const after = new Map(entries);
  if (value === null) after.delete(key);
  else after.set(key, value);
  return after;
}
