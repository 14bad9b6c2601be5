import { invalidArgument, OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { ErrorCode, KafkaError } from "@moldau/protocol-codec";
import { withJson } from "@moldau/protocol-codec/internal";
import type { NamedPartition } from "../routing/leader.js";
import { timeLeft } from "../routing/time-left.js";
import { commitFor } from "./alter-group-offsets.js";
import { operationOptions } from "./arguments.js";
import { describedGroups } from "./describe-groups.js";
import type { DescribedGroup } from "./described-group.js";
import { committedOffsets, type GroupOffset } from "./list-group-offsets.js";
import { resetGroupOffsetsNames } from "./names-of-kafkajs.js";
import type { Operation } from "./operation.js";
import { checkPartition, partitionKey } from "./partition-items.js";
import {
  checkTarget,
  resetPlaces,
  targetWords,
  type Move,
  type ResetGroupOffset,
  type ResetTarget,
} from "./reset-target.js";
import { isEmptySelection, readSelection, select, type Selection } from "./selection.js";

/** Where a group shall go on. Exactly one of `to` and `shiftBy` is given. */
export interface ResetGroupOffsetsOptions extends OperationOptions {
  /** Id of a group without members. */
  readonly group: string;
  /** Only these topics, with all of their partitions. Default, without `partitions`: all partitions in which the group has committed. */
  readonly topics?: readonly string[];
  /** Only these partitions, of topics that do not stand in `topics`. Default, without `topics`: all partitions in which the group has committed. */
  readonly partitions?: readonly NamedPartition[];
  /** The place to go on from, in every partition; an offset outside of a partition becomes its beginning or its end. Default: none, and `shiftBy` says. */
  readonly to?: ResetTarget;
  /** How many offsets to go on (or, negative, back) from what is committed; not before the beginning, nor behind the end. Default: none, and `to` says. */
  readonly shiftBy?: bigint;
  /** Whether to tell only what would be committed, and commit nothing; a group with members is then no obstacle. Default false. */
  readonly dryRun?: boolean;
}

/** Lets a group without members go on from another place, each partition with a result of its own (ListOffsets, OffsetCommit, KIP-122). */
export function resetGroupOffsets(options: ResetGroupOffsetsOptions): Operation<readonly ResetGroupOffset[]> {
  const read = new OptionReader("resetGroupOffsets", options, resetGroupOffsetsNames);
  const group = read.text("group", { example: '"billing"' });
  const selection = readSelection(read, { subject: "resetGroupOffsets", checkPartition });
  const to = read.custom("to", targetWords, checkTarget, { default: null });
  const shiftBy = read.custom("shiftBy", "a bigint such as -100n", checkShift, { default: null });
  const dryRun = read.boolean("dryRun", { default: false });
  const wait = operationOptions(read);
  read.done();
  const move = onlyOne(to, shiftBy);
  return { wait, run: (cluster, wait) => reset({ group, selection, move, dryRun }, cluster, wait) };
}

function onlyOne(to: ResetTarget | null, shiftBy: bigint | null): Move {
  if (to !== null && shiftBy === null) return { to };
  if (to === null && shiftBy !== null) return { shiftBy };
  throw invalidArgument(`resetGroupOffsets: say either to (${targetWords}) or shiftBy (a bigint such as -100n).`);
}

interface Reset {
  readonly group: string;
  readonly selection: Selection;
  readonly move: Move;
  readonly dryRun: boolean;
}

async function reset(
  { group, selection, move, dryRun }: Reset,
  cluster: Cluster,
  wait: OperationOptions,
): Promise<readonly ResetGroupOffset[]> {
  const left = timeLeft(cluster, wait);
  const { partitions, failed } = await select(selection, cluster, left());
  const named = isEmptySelection(selection) ? null : partitions;
  const { members, committed } = await look(group, named, { cluster, wait: left() });
  if (!dryRun && members.length > 0) throw hasMembers(group, members);
  const places = await resetPlaces(committed, move)(cluster, left());
  const wanted = places.flatMap(({ topic, partition, offset }) =>
    offset === undefined ? [] : [{ topic, partition, offset }],
  );
  const results = dryRun || wanted.length === 0 ? [] : await commitFor(group, wanted)(cluster, left());
  const errorOf = new Map(results.map(({ topic, partition, error }) => [partitionKey(topic, partition), error]));
  return [...places.map((place) => outcome(place, errorOf.get(partitionKey(place.topic, place.partition)))), ...failed];
}

/** What a coordinator knows of a group. */
interface Look {
  readonly members: DescribedGroup["members"];
  readonly committed: readonly GroupOffset[];
}

/** Looks at the group. @throws {KafkaError} when one of the two cannot be read, and when there is no such group and no partition is named. */
async function look(
  group: string,
  partitions: readonly NamedPartition[] | null,
  { cluster, wait }: { readonly cluster: Cluster; readonly wait: OperationOptions },
): Promise<Look> {
  const [[described], [committed]] = await Promise.all([
    describedGroups([group])(cluster, wait),
    committedOffsets([group], partitions)(cluster, wait),
  ]);
  const offsets = committed?.offsets ?? [];
  // A group that does not exist begins with what is committed; one that is none of consumers guards its offsets itself.
  const isMissing = described?.error?.errorCode === ErrorCode.GROUP_ID_NOT_FOUND && offsets.length > 0;
  const error = committed?.error ?? (isMissing ? undefined : described?.error);
  if (error !== undefined) throw error;
  return { members: described?.members ?? [], committed: offsets };
}

function outcome(
  { topic, partition, previous, ...place }: ResetGroupOffset,
  error: KafkaError | undefined,
): ResetGroupOffset {
  const before = previous === undefined ? {} : { previous };
  return withJson({ topic, partition, ...before, ...(error === undefined ? place : { error }) });
}

function hasMembers(groupId: string, members: Look["members"]): KafkaError {
  const names = new Set(members.map(({ clientId, host }) => `${clientId} at ${host}`));
  const list = [...names].slice(0, maxNamed).join(", ") + (names.size > maxNamed ? ", …" : "");
  const sentence = `The group "${groupId}" has members (${list}). Stop them, then reset its offsets.`;
  return new KafkaError("NON_EMPTY_GROUP", `NON_EMPTY_GROUP: ${sentence}`, {
    ...{ errorCode: ErrorCode.NON_EMPTY_GROUP, groupId },
  });
}

const maxNamed = 5;

function checkShift(value: unknown): bigint | undefined {
  return typeof value === "bigint" ? value : undefined;
}
