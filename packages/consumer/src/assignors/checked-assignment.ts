import { show } from "@moldau/connection-pool";
import { partitionKey, type TopicPartition } from "../partitions/topic-partition.js";
import type { Assignor, AssignorInput, GroupAssignment, GroupMember } from "./assignor.js";
import { isOwn } from "./parse-assignor.js";

/** Why an assignor's answer cannot be used, as a sentence about it. */
export class UnusableAssignment extends Error {
  constructor(sentence: string, options?: ErrorOptions) {
    super(sentence, options);
    this.name = "UnusableAssignment";
  }
}

/**
 * Has an assignor share out, and looks at its answer: every partition exists, is given once, and to a member that wants its topic. Of an
 * application's own cooperative assignor, what moves from one member to another is left out, so that it goes over in the next round (KIP-429).
 *
 * @throws {UnusableAssignment} when it throws, or its answer is not like that.
 */
export function assignChecked(assignor: Assignor, input: AssignorInput): GroupAssignment {
  const assignment = checked(answerOf(assignor, input), input);
  if (assignor.rebalanceProtocol === "eager" || !isOwn(assignor)) return assignment;
  return withoutMoves(assignment, input.members);
}

function answerOf(assignor: Assignor, input: AssignorInput): unknown {
  try {
    return assignor.assign(input);
  } catch (cause) {
    throw new UnusableAssignment(`threw ${cause instanceof Error ? String(cause) : show(cause)}`, { cause });
  }
}

function checked(answer: unknown, { members, partitionCounts }: AssignorInput): GroupAssignment {
  if (!(answer instanceof Map)) throw new UnusableAssignment(`answered with ${show(answer)}, not with a Map`);
  const wanted = new Map(members.map(({ memberId, topics }) => [memberId, new Set(topics)]));
  const owners = new Map<string, string>();
  const assignment = new Map<string, TopicPartition[]>();
  for (const [memberId, partitions] of entriesOf(answer)) {
    const topics = wanted.get(memberId);
    if (topics === undefined) throw new UnusableAssignment(`gave partitions to "${memberId}", which is no member`);
    for (const { topic, partition } of partitions) {
      const name = `${topic}-${partition}`;
      const key = partitionKey(topic, partition);
      const owner = owners.get(key);
      if (owner !== undefined)
        throw new UnusableAssignment(`gave ${name} out twice, to "${owner}" and to "${memberId}"`);
      if (partition < 0 || partition >= (partitionCounts.get(topic) ?? 0))
        throw new UnusableAssignment(`gave "${memberId}" the partition ${name}, which does not exist`);
      if (!topics.has(topic))
        throw new UnusableAssignment(`gave ${name} to "${memberId}", which did not subscribe to the topic`);
      owners.set(key, memberId);
    }
    assignment.set(memberId, [...partitions]);
  }
  return new Map(members.map(({ memberId }) => [memberId, assignment.get(memberId) ?? []]));
}

function* entriesOf(answer: ReadonlyMap<unknown, unknown>): Generator<readonly [string, readonly TopicPartition[]]> {
  for (const [memberId, partitions] of answer) {
    if (typeof memberId !== "string") throw new UnusableAssignment(`has ${show(memberId)} in place of a member's id`);
    if (!Array.isArray(partitions))
      throw new UnusableAssignment(`gave "${memberId}" ${show(partitions)}, not a list of { topic, partition }`);
    // Array.from comes by the holes of a list, too.
    yield [memberId, Array.from(partitions, (item: unknown, at) => partitionOf(item, { memberId, at }))];
  }
}

function partitionOf(
  item: unknown,
  { memberId, at }: { readonly memberId: string; readonly at: number },
): TopicPartition {
  if (isPartition(item)) return { topic: item.topic, partition: item.partition };
  throw new UnusableAssignment(
    `gave "${memberId}" a list with ${showItem(item)} at [${at}], not a { topic: string, partition: integer }`,
  );
}

function showItem(item: unknown): string {
  if (typeof item !== "object" || item === null || Array.isArray(item)) return show(item);
  return `{ topic: ${show(Reflect.get(item, "topic"))}, partition: ${show(Reflect.get(item, "partition"))} }`;
}

function isPartition(value: unknown): value is TopicPartition {
  if (typeof value !== "object" || value === null) return false;
  return typeof Reflect.get(value, "topic") === "string" && Number.isInteger(Reflect.get(value, "partition"));
}

/** Leaves out what one member gets while another one, of the newest generation, still has it. */
function withoutMoves(assignment: GroupAssignment, members: readonly GroupMember[]): GroupAssignment {
  const newest = Math.max(...members.map(({ generationId }) => generationId));
  const holders = new Map<string, string>();
  for (const { memberId, generationId, ownedPartitions } of members) {
    if (generationId !== newest) continue;
    for (const { topic, partition } of ownedPartitions) holders.set(partitionKey(topic, partition), memberId);
  }
  const mayHave = (memberId: string, { topic, partition }: TopicPartition): boolean =>
    (holders.get(partitionKey(topic, partition)) ?? memberId) === memberId;
  return new Map(
    [...assignment].map(([memberId, partitions]) => [
      memberId,
      partitions.filter((partition) => mayHave(memberId, partition)),
    ]),
  );
}
