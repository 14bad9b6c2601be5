import { OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { ErrorCode, KafkaError, OffsetCommit } from "@moldau/protocol-codec";
import { newestOffsetsVersion } from "../apis.js";
import { coordinatorOf } from "../routing/coordinator.js";
import type { ItemResult } from "../routing/item-result.js";
import type { NamedPartition } from "../routing/leader.js";
import { perform } from "../routing/perform.js";
import { operationOptions, unique } from "./arguments.js";
import { alterGroupOffsetsNames } from "./names-of-kafkajs.js";
import type { Operation } from "./operation.js";
import { byTopic, eachPartition, partitionKey, partitionReader, readPartition } from "./partition-items.js";

/** A partition and the offset from which a group shall go on. */
export interface OffsetToCommit extends NamedPartition {
  /** The offset of the next message to read, as a bigint. */
  readonly offset: bigint;
  /** A text to keep along with it. Default: none. */
  readonly metadata?: string;
  /** The epoch of the leader that the message before it came from. Default: unknown. */
  readonly leaderEpoch?: number;
}

/** Which offsets to commit for a group. */
export interface AlterGroupOffsetsOptions extends OperationOptions {
  /** Id of a group without members; one that does not exist begins to. */
  readonly group: string;
  readonly offsets: readonly OffsetToCommit[];
}

/** What became of an offset to commit. */
export interface AlteredGroupOffset extends ItemResult {
  readonly topic: string;
  readonly partition: number;
}

/**
 * Commits offsets for a group that has no members, each partition with a result of its own (OffsetCommit, KIP-396). Offsets are not compared with
 * what the partitions hold.
 */
export function alterGroupOffsets(options: AlterGroupOffsetsOptions): Operation<readonly AlteredGroupOffset[]> {
  const read = new OptionReader("alterGroupOffsets", options, alterGroupOffsetsNames);
  const group = read.text("group", { example: '"billing"' });
  const offsets = read.list("offsets", checkOffset, { nonEmpty: true });
  const wait = operationOptions(read);
  read.done();
  unique(
    "alterGroupOffsets: offsets",
    offsets.map(({ topic, partition }) => partitionKey(topic, partition)),
  );
  return { wait, run: commitFor(group, offsets) };
}

/** Commits offsets for a group from outside of it. */
export function commitFor(
  groupId: string,
  offsets: readonly OffsetToCommit[],
): (cluster: Cluster, wait: OperationOptions) => Promise<readonly AlteredGroupOffset[]> {
  return perform({
    api: OffsetCommit,
    items: offsets,
    route: coordinatorOf("group", () => groupId),
    repeatable: true,
    maxVersion: newestOffsetsVersion,
    keyOf: ({ topic, partition }) => partitionKey(topic, partition),
    factsOf: ({ topic, partition }) => ({ topic, partition, groupId }),
    question: (items) => ({ groupId, topics: Array.from(byTopic(items), ([name, some]) => toRequest(name, some)) }),
    answers: ({ topics }) => eachPartition(topics),
    succeeded: ({ topic, partition }): AlteredGroupOffset => ({ topic, partition }),
    failed: ({ topic, partition }, error): AlteredGroupOffset => ({ topic, partition, error: advised(error, groupId) }),
  });
}

function toRequest(name: string, offsets: readonly OffsetToCommit[]) {
  return {
    name,
    partitions: offsets.map(({ partition, offset, metadata = "", leaderEpoch = -1 }) => ({
      partitionIndex: partition,
      committedOffset: offset,
      committedLeaderEpoch: leaderEpoch,
      committedMetadata: metadata,
    })),
  };
}

/** Says what it means, of a commit from outside, that the coordinator does not know the member: there are others. */
function advised(error: KafkaError, groupId: string): KafkaError {
  if (error.errorCode !== ErrorCode.UNKNOWN_MEMBER_ID) return error;
  const { code, retriable, ...facts } = error;
  const sentence = `The group "${groupId}" has members, and as long as it has, only they may commit. Stop them, then try again.`;
  return new KafkaError(code, `${code}: ${sentence}`, { ...facts, retriable });
}

function checkOffset(value: unknown, path: string): OffsetToCommit {
  const example = '{ topic: "orders", partition: 0, offset: 100n }';
  const read = partitionReader<OffsetToCommit>(value, path, { example, otherNames: alterGroupOffsetsNames });
  const named = readPartition(read);
  const offset = read.custom("offset", offsetWords, checkBigint, { example: "100n" });
  const metadata = read.optionalText("metadata");
  const leaderEpoch = read.integer("leaderEpoch", { min: 0, max: 2 ** 31 - 1, default: null });
  read.done();
  return {
    ...{ ...named, offset },
    ...(metadata === undefined ? {} : { metadata }),
    ...(leaderEpoch === null ? {} : { leaderEpoch }),
  };
}

const offsetWords = "a bigint from 0n, the next offset to read";

function checkBigint(value: unknown): bigint | undefined {
  return typeof value === "bigint" && value >= 0n && value < 2n ** 63n ? value : undefined;
}
