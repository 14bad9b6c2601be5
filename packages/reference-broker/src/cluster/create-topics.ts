import { ErrorCode, Uuid } from "@moldau/protocol-codec";
import type { CreateTopicsRequestTopic } from "@moldau/protocol-codec";
import type { BrokerConfig } from "./broker-config.js";
import type { Change } from "./controller.js";
import { assignmentProblem, placePartitions } from "./placement.js";
import { clusterRecords } from "./records.js";
import { configResource, type ClusterState } from "./state.js";
import { collidingName, topicNameProblem } from "./topic-names.js";
import { topicConfigProblem, topicConfigsProblem } from "./topic-settings.js";

/** What became of one topic of a CreateTopics request. */
export type TopicCreation =
  | { readonly name: string; readonly errorCode: number; readonly message: string }
  | {
      readonly name: string;
      readonly errorCode: 0;
      readonly topicId: Uuid;
      readonly partitions: number;
      readonly replicationFactor: number;
      readonly configs: ReadonlyMap<string, string>;
    };

/** What creating topics depends on besides the cluster. */
export interface CreationSurroundings {
  readonly config: BrokerConfig;
  readonly random: () => number;
  /** Gives 16 random bytes. */
  readonly randomBytes: () => Uint8Array;
}

/** Plans the creation of topics: the records to write and, in the order of the request, what became of each topic. */
export function createTopics(
  cluster: ClusterState,
  { topics, validateOnly }: { readonly topics: readonly CreateTopicsRequestTopic[]; readonly validateOnly: boolean },
  surroundings: CreationSurroundings,
): Change<readonly TopicCreation[]> {
  const records: Buffer[] = [];
  const names = topics.map(({ name }) => name);
  const taken = [...cluster.topics()].map(({ name }) => name);
  // A name that stands there twice is refused once.
  const answer = topics
    .filter(({ name }, index) => names.indexOf(name) === index)
    .map((topic): TopicCreation => {
      if (names.filter((name) => name === topic.name).length > 1)
        return refusal(topic.name, ErrorCode.INVALID_REQUEST, "Duplicate topic name.");
      const planned = createTopic(cluster, topic, taken, surroundings);
      if ("records" in planned) {
        records.push(...planned.records);
        taken.push(topic.name);
        return planned.creation;
      }
      return planned;
    });
  return { records: validateOnly ? [] : records, answer };
}

function createTopic(
  cluster: ClusterState,
  topic: CreateTopicsRequestTopic,
  taken: readonly string[],
  surroundings: CreationSurroundings,
): TopicCreation | { readonly creation: TopicCreation; readonly records: readonly Buffer[] } {
  const { name } = topic;
  const problem = nameRefusal(cluster, name, taken) ?? configRefusal(topic, surroundings.config);
  if (problem !== undefined) return problem;
  const placed =
    topic.assignments.length > 0 ? manualPlacement(cluster, topic) : automaticPlacement(cluster, topic, surroundings);
  if ("errorCode" in placed) return placed;
  const topicId = Uuid.random(surroundings.randomBytes);
  const configs = new Map(topic.configs.map(({ name: key, value }) => [key, value ?? ""]));
  const records = [
    clusterRecords.topic.write({ name, topicId }),
    ...[...configs].map(([key, value]) =>
      clusterRecords.config.write({ resourceType: configResource.topic, resourceName: name, name: key, value }),
    ),
    ...placed.replicas.map((replicas, partitionId) => newPartition(topicId, partitionId, replicas)),
  ];
  const replicationFactor = placed.replicas[0]?.length ?? 1;
  return {
    creation: {
      name,
      errorCode: ErrorCode.NONE,
      topicId,
      partitions: placed.replicas.length,
      replicationFactor,
      configs,
    },
    records,
  };
}

/** The record of a partition that begins its life: the first replica leads. */
export function newPartition(topicId: Uuid, partitionId: number, replicas: readonly number[]): Buffer {
  return clusterRecords.partition.write({
    partitionId,
    topicId,
    replicas,
    isr: replicas,
    leader: replicas[0] ?? -1,
    leaderEpoch: 0,
    partitionEpoch: 0,
  });
}

type Refusal = TopicCreation & { readonly message: string };

function refusal(name: string, errorCode: number, message: string): Refusal {
  return { name, errorCode, message };
}

function nameRefusal(cluster: ClusterState, name: string, taken: readonly string[]): Refusal | undefined {
  if (name === "__cluster_metadata")
    return refusal(name, ErrorCode.INVALID_REQUEST, `Creation of internal topic ${name} is prohibited.`);
  const problem = topicNameProblem(name);
  if (problem !== undefined) return refusal(name, ErrorCode.INVALID_TOPIC_EXCEPTION, problem);
  if (cluster.topic(name) !== undefined)
    return refusal(name, ErrorCode.TOPIC_ALREADY_EXISTS, `Topic '${name}' already exists.`);
  const colliding = collidingName(name, taken);
  if (colliding === undefined) return undefined;
  return refusal(name, ErrorCode.INVALID_TOPIC_EXCEPTION, `Topic '${name}' collides with existing topic: ${colliding}`);
}

function configRefusal({ name, configs }: CreateTopicsRequestTopic, broker: BrokerConfig): Refusal | undefined {
  const nulls = configs.filter(({ value }) => value === null).map((config) => config.name);
  if (nulls.length > 0)
    return refusal(name, ErrorCode.INVALID_CONFIG, `Null value not supported for topic configs: ${nulls.join(",")}`);
  for (const { name: key, value } of configs) {
    const problem = topicConfigProblem(key, value ?? "");
    if (problem !== undefined) return refusal(name, ErrorCode.INVALID_CONFIG, problem);
  }
  const problem = topicConfigsProblem(new Map(configs.map(({ name: key, value }) => [key, value ?? ""])), broker);
  return problem === undefined ? undefined : refusal(name, ErrorCode.INVALID_CONFIG, problem);
}

interface Placed {
  readonly replicas: readonly (readonly number[])[];
}

function automaticPlacement(
  cluster: ClusterState,
  topic: CreateTopicsRequestTopic,
  { config, random }: CreationSurroundings,
): Placed | Refusal {
  const { name, numPartitions, replicationFactor } = topic;
  if (replicationFactor < -1 || replicationFactor === 0) {
    return refusal(
      name,
      ErrorCode.INVALID_REPLICATION_FACTOR,
      "Replication factor must be larger than 0, or -1 to use the default value.",
    );
  }
  if (numPartitions < -1 || numPartitions === 0) {
    return refusal(
      name,
      ErrorCode.INVALID_PARTITIONS,
      "Number of partitions was set to an invalid non-positive value.",
    );
  }
  const count = numPartitions === -1 ? config.number("num.partitions") : numPartitions;
  if (count > maxPartitionsPerRequest) {
    return refusal(
      name,
      ErrorCode.POLICY_VIOLATION,
      `Unable to perform excessively large batch operation: at most ${maxPartitionsPerRequest} partitions.`,
    );
  }
  const factor = replicationFactor === -1 ? config.number("default.replication.factor") : replicationFactor;
  const placement = placePartitions(cluster, { count, replicationFactor: factor, random });
  return "problem" in placement ? refusal(name, ErrorCode.INVALID_REPLICATION_FACTOR, placement.problem) : placement;
}

/** Apache Kafka's limit on the records of one change (10,000) allows about as many partitions. */
const maxPartitionsPerRequest = 9_990;

function manualPlacement(
  cluster: ClusterState,
  { name, numPartitions, replicationFactor, assignments }: CreateTopicsRequestTopic,
): Placed | Refusal {
  const wrong = (message: string): Refusal => refusal(name, ErrorCode.INVALID_REPLICA_ASSIGNMENT, message);
  if (replicationFactor !== -1) {
    return refusal(
      name,
      ErrorCode.INVALID_REQUEST,
      "A manual partition assignment was specified, but replication factor was not set to -1.",
    );
  }
  if (numPartitions !== -1) {
    return refusal(
      name,
      ErrorCode.INVALID_REQUEST,
      "A manual partition assignment was specified, but numPartitions was not set to -1.",
    );
  }
  const byPartition = new Map<number, readonly number[]>();
  for (const { partitionIndex, brokerIds } of assignments) {
    if (byPartition.has(partitionIndex))
      return wrong(`Found multiple manual partition assignments for partition ${partitionIndex}`);
    const problem = assignmentProblem(cluster, brokerIds);
    if (problem !== undefined) return wrong(problem);
    byPartition.set(partitionIndex, brokerIds);
  }
  const replicas = Array.from({ length: byPartition.size }, (_, index) => byPartition.get(index));
  const complete = replicas.filter((each) => each !== undefined);
  if (complete.length < replicas.length) return wrong("partitions should be a consecutive 0-based integer sequence");
  return { replicas: complete };
}
