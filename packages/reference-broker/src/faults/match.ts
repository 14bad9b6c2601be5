import { Uuid } from "@moldau/protocol-codec";
import type { TopicState } from "../cluster/state.js";

/** What a request has to be about for a fault rule to take it. Whatever is left out does not matter. */
export interface RequestSubject {
  /** Topic that the request names, or whose id it names. An incremental Fetch names only what changed in its session. */
  readonly topic?: string;
  /** Partition of that topic (or of any topic, without one). */
  readonly partition?: number;
  /** Group, or transactional id, that the request names. */
  readonly group?: string;
}

/** Whether a decoded request body is about `subject`. `topicOf` resolves topic ids. */
export function isAbout(
  body: unknown,
  subject: RequestSubject,
  topicOf: (id: Uuid) => TopicState | undefined,
): boolean {
  const { topic, partition, group } = subject;
  if (group !== undefined && !names(body, groupFields, (value) => value === group)) return false;
  if (topic === undefined) return partition === undefined || hasPartition(body, partition);
  const isTopic = (value: unknown): boolean =>
    value === topic || (value instanceof Uuid && topicOf(value)?.name === topic);
  if (partition === undefined) return names(body, topicFields, isTopic);
  return structs(body).some(
    (struct) => ownFields(struct, topicFields).some(isTopic) && hasPartition(struct, partition),
  );
}

const topicFields: ReadonlySet<string> = new Set(["name", "topic", "topicName", "topicId", "topicNames"]);
const groupFields: ReadonlySet<string> = new Set([
  "group",
  "groupId",
  "groups",
  "groupsNames",
  "key",
  "coordinatorKeys",
  "transactionalId",
]);
const partitionFields: ReadonlySet<string> = new Set([
  "index",
  "partition",
  "partitionIndex",
  "partitions",
  "partitionIndexes",
]);

/** Whether a field of one of these names, anywhere in the body, holds (or lists) a wanted value. */
function names(body: unknown, fields: ReadonlySet<string>, isWanted: (value: unknown) => boolean): boolean {
  return structs(body).some((struct) => ownFields(struct, fields).some(isWanted));
}

function hasPartition(body: unknown, partition: number): boolean {
  return names(body, partitionFields, (value) => value === partition);
}

/** The values of a struct's own fields of these names; lists of plain values are opened. */
function ownFields(struct: object, fields: ReadonlySet<string>): unknown[] {
  return Object.entries(struct).flatMap(([name, value]: [string, unknown]) => (fields.has(name) ? [value].flat() : []));
}

/** Every struct in a decoded message, outermost first. */
function structs(value: unknown): object[] {
  if (Array.isArray(value)) return value.flatMap(structs);
  if (typeof value !== "object" || value === null || Buffer.isBuffer(value) || value instanceof Uuid) return [];
  return [value, ...Object.values(value).flatMap(structs)];
}
