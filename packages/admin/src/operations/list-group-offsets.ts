import { brokerError, OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import {
  ErrorCode,
  OffsetFetch,
  Uuid,
  type OffsetFetchResponse,
  type OffsetFetchResponseGroup,
  type RequestInputOf,
} from "@moldau/protocol-codec";
import { withJson } from "@moldau/protocol-codec/internal";
import { newestOffsetsVersion } from "../apis.js";
import { coordinatorOf } from "../routing/coordinator.js";
import { unanswered, type ItemResult } from "../routing/item-result.js";
import type { NamedPartition } from "../routing/leader.js";
import { perform } from "../routing/perform.js";
import { timeLeft } from "../routing/time-left.js";
import { checkName, operationOptions, tooOld, unique } from "./arguments.js";
import { listGroupOffsetsNames } from "./names-of-kafkajs.js";
import type { Operation } from "./operation.js";
import { byNameAndNumber, byTopic, checkPartition, eachPartition, partitionKey } from "./partition-items.js";
import { isEmptySelection, readSelection, select } from "./selection.js";

/** Which committed offsets to list. Without topics and partitions: all that the groups have committed. */
export interface ListGroupOffsetsOptions extends OperationOptions {
  /** Ids of groups. */
  readonly groups: readonly string[];
  /** Only these topics, with all of their partitions, also those without a committed offset. Default: none. */
  readonly topics?: readonly string[];
  /** Only these partitions, of topics that do not stand in `topics`. Default: none. */
  readonly partitions?: readonly NamedPartition[];
  /**
   * Whether to wait until no transaction is about to change any of these offsets; of a group where one still is when the time is over they are
   * UNSTABLE_OFFSET_COMMIT. Needs brokers of 2.5. Default false.
   */
  readonly requireStable?: boolean;
}

/** The committed offsets of a group. */
export interface GroupOffsets extends ItemResult {
  readonly group: string;
  /** By topic and number, or in the order in which they were asked for; empty on failure. */
  readonly offsets: readonly GroupOffset[];
}

/** How far a group has come in a partition. */
export interface GroupOffset extends ItemResult {
  readonly topic: string;
  /** -1 where all partitions of a topic were asked for and the topic could not be read. */
  readonly partition: number;
  /** The offset of the next message to read; absent where nothing is committed, and on failure. */
  readonly offset?: bigint;
  /** The text that was committed along with it; absent where there is none. */
  readonly metadata?: string;
  /** The epoch of the leader that the last message came from; absent where it is not known. */
  readonly leaderEpoch?: number;
}

/**
 * Lists the offsets that groups have committed, at their coordinators (OffsetFetch), several groups in one request where brokers are of 3.0 or
 * newer (KIP-709). A group that does not exist has no offsets.
 */
export function listGroupOffsets(options: ListGroupOffsetsOptions): Operation<readonly GroupOffsets[]> {
  const read = new OptionReader("listGroupOffsets", options, listGroupOffsetsNames);
  const groups = read.list("groups", checkName, { nonEmpty: true, example: '["billing"]' });
  const selection = readSelection(read, { subject: "listGroupOffsets", checkPartition });
  const requireStable = read.boolean("requireStable", { default: false });
  const wait = operationOptions(read);
  read.done();
  unique("listGroupOffsets: groups", groups);
  return {
    wait,
    run: async (cluster, wait) => {
      const left = timeLeft(cluster, wait);
      if (isEmptySelection(selection)) return committedOffsets(groups, null, requireStable)(cluster, left());
      const { partitions, failed } = await select(selection, cluster, left());
      const found = await committedOffsets(groups, partitions, requireStable)(cluster, left());
      return found.map((result) =>
        result.error === undefined ? { ...result, offsets: [...result.offsets, ...failed] } : result,
      );
    },
  };
}

/** Asks coordinators for the committed offsets of groups: of these partitions, or of all (null). */
export function committedOffsets(
  groups: readonly string[],
  partitions: readonly NamedPartition[] | null,
  requireStable = false,
): (cluster: Cluster, wait: OperationOptions) => Promise<readonly GroupOffsets[]> {
  return perform({
    api: OffsetFetch,
    items: groups,
    route: coordinatorOf("group", (group: string) => group),
    repeatable: true,
    maxVersion: newestOffsetsVersion,
    itemsPerRequest: (version) => (version >= firstWithGroups ? groups.length : 1),
    keyOf: (group) => group,
    factsOf: (groupId) => ({ groupId }),
    ...(requireStable ? { refusals: new Set([ErrorCode.UNSTABLE_OFFSET_COMMIT]) } : {}),
    question(names, { version }) {
      if (version < 7 && requireStable) throw tooOld(OffsetFetch, "requireStable", "2.5");
      return { ...question(names, partitions, version), requireStable };
    },
    answers: (response, asked) =>
      requireStable ? answers(response, asked).map(unlessUnstable) : answers(response, asked),
    succeeded: (group, { topics }): GroupOffsets => ({ group, offsets: offsetsOf(topics, partitions, group) }),
    failed: (group, error): GroupOffsets => ({ group, offsets: [], error }),
  });
}

/** Since version 8 request and answer hold several groups (KIP-709). */
const firstWithGroups = 8;

function question(
  groups: readonly string[],
  partitions: readonly NamedPartition[] | null,
  version: number,
): RequestInputOf<typeof OffsetFetch> {
  const topics = partitions && Array.from(byTopic(partitions), ([name, named]) => toRequest(name, named));
  if (version >= firstWithGroups) return { groups: groups.map((groupId) => ({ groupId, topics })) };
  if (version < 2 && topics === null) throw tooOld(OffsetFetch, "listing all offsets of a group", "0.10.2");
  const [groupId = ""] = groups;
  return { groupId, topics };
}

type TopicRequest = NonNullable<RequestInputOf<typeof OffsetFetch>["topics"]>[number];

function toRequest(name: string, partitions: readonly NamedPartition[]): TopicRequest {
  return { name, partitionIndexes: partitions.map(({ partition }) => partition) };
}

type GroupAnswer = readonly [group: string, answer: Pick<OffsetFetchResponseGroup, "topics" | "errorCode">];

/** What an answer says of each group; up to version 7 it is about one group, and does not name it. */
function answers({ groups, topics, errorCode }: OffsetFetchResponse, asked: readonly string[]): readonly GroupAnswer[] {
  const [only = ""] = asked;
  if (groups.length === 0 && asked.length === 1) return [[only, { topics: topics.map(named), errorCode }]];
  return groups.map((answer) => [answer.groupId, answer] as const);
}

/** One offset that is not stable makes all of its group wait: what stands in an answer shall be of one moment. */
function unlessUnstable([group, answer]: GroupAnswer): GroupAnswer {
  const { UNSTABLE_OFFSET_COMMIT } = ErrorCode;
  const isUnstable = answer.topics.some(({ partitions }) =>
    partitions.some(({ errorCode }) => errorCode === UNSTABLE_OFFSET_COMMIT),
  );
  return [group, isUnstable ? { ...answer, errorCode: UNSTABLE_OFFSET_COMMIT } : answer];
}

type TopicAnswer = OffsetFetchResponseGroup["topics"][number];

function named({ name, partitions }: OffsetFetchResponse["topics"][number]): TopicAnswer {
  return { name, topicId: Uuid.zero, partitions };
}

function offsetsOf(
  topics: readonly TopicAnswer[],
  asked: readonly NamedPartition[] | null,
  groupId: string,
): readonly GroupOffset[] {
  const said = new Map(eachPartition(topics));
  const all = asked ?? topics.flatMap(partitionsOf).toSorted(byNameAndNumber);
  return all.map((each) => toResult(each, said.get(partitionKey(each.topic, each.partition)), groupId));
}

function partitionsOf({ name: topic, partitions }: TopicAnswer): readonly NamedPartition[] {
  return partitions.map(({ partitionIndex: partition }) => ({ topic, partition }));
}

function toResult(
  { topic, partition }: NamedPartition,
  answer: TopicAnswer["partitions"][number] | undefined,
  groupId: string,
): GroupOffset {
  const facts = { topic, partition, groupId, apiKey: OffsetFetch.key, apiName: OffsetFetch.name };
  if (answer === undefined) return withJson({ topic, partition, error: unanswered(facts) });
  const { errorCode, committedOffset: offset, metadata, committedLeaderEpoch: leaderEpoch } = answer;
  if (errorCode !== ErrorCode.NONE) return withJson({ topic, partition, error: brokerError(errorCode, facts) });
  return withJson({
    ...{ topic, partition },
    ...(offset < 0n ? {} : { offset }),
    ...(metadata === null || metadata === "" ? {} : { metadata }),
    ...(leaderEpoch < 0 ? {} : { leaderEpoch }),
  });
}
