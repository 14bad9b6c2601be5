import { ErrorCode, errorByCode } from "@moldau/protocol-codec";
import type { CreatePartitionsRequest, CreatePartitionsRequestTopic } from "@moldau/protocol-codec";
import type { Change } from "./controller.js";
import { newPartition } from "./create-topics.js";
import { assignmentProblem, placePartitions } from "./placement.js";
import type { ClusterState } from "./state.js";

/** What became of one topic of a CreatePartitions request. */
export interface GrowthResult {
  readonly name: string;
  readonly errorCode: number;
  readonly errorMessage: string | null;
}

/** Plans the growth of topics to more partitions: the records to write and, in the order of the request, what became of each topic. */
export function createPartitions(
  cluster: ClusterState,
  { topics, validateOnly }: Pick<CreatePartitionsRequest, "topics" | "validateOnly">,
  random: () => number,
): Change<readonly GrowthResult[]> {
  const names = topics.map(({ name }) => name);
  const records: Buffer[] = [];
  // A name that stands there twice is refused once.
  const answer = topics
    .filter(({ name }, index) => names.indexOf(name) === index)
    .map((growth): GrowthResult => {
      const { name } = growth;
      if (names.filter((each) => each === name).length > 1)
        return refusal(name, ErrorCode.INVALID_REQUEST, "Duplicate topic name.");
      const grown = grow(cluster, growth, random);
      if ("errorCode" in grown) return grown;
      records.push(...grown.records);
      return { name, errorCode: ErrorCode.NONE, errorMessage: null };
    });
  return { records: validateOnly ? [] : records, answer };
}

function grow(
  cluster: ClusterState,
  { name, count, assignments }: CreatePartitionsRequestTopic,
  random: () => number,
): GrowthResult | { readonly records: readonly Buffer[] } {
  const topic = cluster.topic(name);
  if (topic === undefined) return refusal(name, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  const existing = topic.partitions.length;
  if (count === existing)
    return refusal(name, ErrorCode.INVALID_PARTITIONS, `Topic already has ${existing} partition(s).`);
  if (count < existing) {
    return refusal(
      name,
      ErrorCode.INVALID_PARTITIONS,
      `The topic ${name} currently has ${existing} partition(s); ${count} would not be an increase.`,
    );
  }
  const additional = count - existing;
  if (additional > maxNewPartitions)
    return refusal(name, ErrorCode.POLICY_VIOLATION, "Unable to perform excessively large batch operation.");
  const placed = assignments === null ? undefined : manual(cluster, { name, additional, assignments });
  if (placed !== undefined && "errorCode" in placed) return placed;
  const placement = placed ?? placePartitions(cluster, { count: additional, replicationFactor: 1, random });
  if ("problem" in placement) return refusal(name, ErrorCode.INVALID_REPLICATION_FACTOR, placement.problem);
  return { records: placement.replicas.map((replicas, index) => newPartition(topic.id, existing + index, replicas)) };
}

/** Apache Kafka's limit on the records of one change. */
const maxNewPartitions = 10_000;

function manual(
  cluster: ClusterState,
  {
    name,
    additional,
    assignments,
  }: { name: string; additional: number; assignments: NonNullable<CreatePartitionsRequestTopic["assignments"]> },
): GrowthResult | { readonly replicas: readonly (readonly number[])[] } {
  if (assignments.length !== additional) {
    const sentence = `Attempted to add ${additional} additional partition(s), but only ${assignments.length} assignment(s) were specified.`;
    return refusal(name, ErrorCode.INVALID_REPLICA_ASSIGNMENT, sentence);
  }
  for (const { brokerIds } of assignments) {
    const problem = assignmentProblem(cluster, brokerIds);
    if (problem !== undefined) return refusal(name, ErrorCode.INVALID_REPLICA_ASSIGNMENT, problem);
  }
  return { replicas: assignments.map(({ brokerIds }) => brokerIds) };
}

function refusal(name: string, errorCode: number, errorMessage = errorByCode(errorCode).message): GrowthResult {
  return { name, errorCode, errorMessage };
}
