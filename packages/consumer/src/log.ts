import { isConnectionFailure, type LogFields } from "@moldau/connection-pool";
import type { EventLines } from "@moldau/connection-pool/internal";
import type { KafkaError } from "@moldau/protocol-codec";
import { ConsumerErrorCode } from "./errors.js";
import type { ConsumerEvents } from "./events.js";
import type { TopicPartition } from "./partitions/topic-partition.js";

/** What the log says of a consumer's events. A broker that is away has a line of its own, so what fails because of it is for `debug`. */
export const consumerLines: EventLines<ConsumerEvents> = {
  assigned: ({ groupId, partitions, memberId, generationId, isLeader }) => ({
    level: "info",
    message: `The group ${groupId} assigned ${listed(partitions)} to this consumer.`,
    fields: { groupId, memberId, generationId, isLeader, ...about(partitions) },
    ...often("assigned", groupId),
  }),
  revoked: ({ groupId, partitions }) => ({
    level: "info",
    message: `This consumer of the group ${groupId} gave up ${listed(partitions)}, after committing what was done.`,
    fields: { groupId, ...about(partitions) },
    ...often("revoked", groupId),
  }),
  lost: ({ groupId, partitions }) => ({
    level: "warn",
    message: `The group ${groupId} went on without this consumer and took ${listed(partitions)} away. What was done since the last commit is handed out again, to whoever has them now; this consumer joins again.`,
    fields: { groupId, ...about(partitions) },
    ...often("lost", groupId),
  }),
  commitRefused: ({ groupId, offsets }) => ({
    level: "error",
    message: `Offsets of ${listed(offsets)} will not be committed for the group ${groupId}, and are not tried again: ${offsets[0]?.error.message}`,
    fields: { groupId, ...about(offsets) },
    error: offsets[0]?.error,
    kind: `consumer commitRefused ${groupId} ${offsets[0]?.error.code}`,
  }),
  retrying: ({ groupId, operation, error, delayMs }) => ({
    level: isConnectionFailure(error) ? "debug" : "warn",
    message: `The consumer of the group ${groupId} tries again in ${Math.round(delayMs)} ms (${operation}): ${error.message}`,
    fields: { groupId, operation, delayMs: Math.round(delayMs) },
    error,
    kind: `consumer retrying ${groupId} ${operation} ${error.code}`,
  }),
  failed: ({ groupId, error }) => ({
    level: "error",
    message: `The reading of the group ${groupId} ended with an error, which the loop gets${outlookAfter(error)}: ${error.message}`,
    fields: { groupId },
    error,
    ...often("failed", groupId),
  }),
};

/** Rebalances are told one by one, unless the group does nothing else. */
function often(what: string, groupId: string): { kind: string; most: number } {
  return { kind: `consumer ${what} ${groupId}`, most: 20 };
}

/** What comes after an error that ended a loop; nothing, where the consumer is closed. */
function outlookAfter({ code }: KafkaError): string {
  return code === ConsumerErrorCode.BODY_UNFINISHED ? "" : "; the next loop begins anew";
}

/** Longer lists are cut off. */
const mostShown = 10;

function listed(partitions: readonly TopicPartition[]): string {
  if (partitions.length === 0) return "no partitions";
  const names = partitions.slice(0, mostShown).map(({ topic, partition }) => `${topic}-${partition}`);
  const more = partitions.length - names.length;
  return `${names.join(", ")}${more === 0 ? "" : ` and ${more} more`}`;
}

/** Where it is about one partition, that; otherwise how many. */
function about(partitions: readonly TopicPartition[]): Omit<LogFields, "clientId" | "clientInstance"> {
  const [first] = partitions;
  if (first === undefined || partitions.length > 1) return { partitions: partitions.length };
  return { topic: first.topic, partition: first.partition };
}
