import { invalidArgument, isPlainObject, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import { KafkaError, ListOffsets } from "@moldau/protocol-codec";
import { withJson } from "@moldau/protocol-codec/internal";
import { unanswered, type ItemResult } from "../routing/item-result.js";
import { timeLeft } from "../routing/time-left.js";
import type { GroupOffset } from "./list-group-offsets.js";
import { offsetsAt, type ListedOffset, type OffsetSpec } from "./list-offsets.js";
import { partitionKey } from "./partition-items.js";

/**
 * A place to go on from, as `consumer.seek` takes it: an offset, the beginning, the end, or the first message of a time (a Date, or so many
 * milliseconds ago); where no message is that young, the end. And `"current"`: what is committed, and the end where nothing is.
 */
export type ResetTarget = bigint | "earliest" | "latest" | "current" | Date | { readonly durationMs: number };

/** What {@link checkTarget} takes, in the words of an error. */
export const targetWords = 'a bigint from 0n, "earliest", "latest", "current", a Date or { durationMs }';

/** Takes a place to go on from, and gives undefined for anything else. */
export function checkTarget(value: unknown): ResetTarget | undefined {
  if (value === "earliest" || value === "latest" || value === "current") return value;
  if (typeof value === "bigint") return value >= 0n && value < 2n ** 63n ? value : undefined;
  if (value instanceof Date) return Number.isNaN(value.getTime()) || value.getTime() < 0 ? undefined : value;
  if (!isPlainObject(value) || !("durationMs" in value)) return undefined;
  const { durationMs } = value;
  return typeof durationMs === "number" && Number.isFinite(durationMs) && durationMs >= 0 ? { durationMs } : undefined;
}

/** How a group's offsets are moved. */
export type Move = { readonly to: ResetTarget } | { readonly shiftBy: bigint };

/** What became of a partition to reset, or, in a dry run, would. */
export interface ResetGroupOffset extends ItemResult {
  readonly topic: string;
  /** -1 where all partitions of a topic were meant and the topic could not be read. */
  readonly partition: number;
  /** What was committed before; absent where nothing was. */
  readonly previous?: bigint;
  /** What is committed now; absent on failure. */
  readonly offset?: bigint;
}

/** Finds out where in each partition a move leads: never before the beginning, and never behind the end. */
export function resetPlaces(
  committed: readonly GroupOffset[],
  move: Move,
): (cluster: Cluster, wait: OperationOptions) => Promise<readonly ResetGroupOffset[]> {
  return async (cluster, wait) => {
    const left = timeLeft(cluster, wait);
    const readable = committed.filter(({ error }) => error === undefined);
    const list = async (at: OffsetSpec): Promise<Listed> => {
      const listed = await offsetsAt(
        readable.map(({ topic, partition }) => ({ topic, partition, at })),
        "read_uncommitted",
      )(cluster, left());
      return new Map(listed.map((each) => [partitionKey(each.topic, each.partition), each]));
    };
    const time = timeOf(move, cluster.clock.now());
    const [earliest, latest, atTime] = await Promise.all([
      list("earliest"),
      list("latest"),
      time === undefined ? undefined : list(time),
    ]);
    return committed.map((each) => {
      const key = partitionKey(each.topic, each.partition);
      return placeOf(each, move, { earliest: earliest.get(key), latest: latest.get(key), atTime: atTime?.get(key) });
    });
  };
}

type Listed = ReadonlyMap<string, ListedOffset>;

/** The time that a move is about, in milliseconds since 1970; undefined where it is about none. */
function timeOf(move: Move, now: number): number | undefined {
  if (!("to" in move)) return undefined;
  const { to } = move;
  if (to instanceof Date) return to.getTime();
  return typeof to === "object" ? Math.max(0, Math.floor(now - to.durationMs)) : undefined;
}

/** What leaders say of a partition. */
interface Bounds {
  readonly earliest: ListedOffset | undefined;
  readonly latest: ListedOffset | undefined;
  /** Where a time was asked for. */
  readonly atTime: ListedOffset | undefined;
}

function placeOf(
  { topic, partition, offset: previous, error: unread }: GroupOffset,
  move: Move,
  { earliest, latest, atTime }: Bounds,
): ResetGroupOffset {
  const facts = { topic, partition, apiKey: ListOffsets.key, apiName: ListOffsets.name };
  const place = { topic, partition, ...(previous === undefined ? {} : { previous }) };
  const error = unread ?? earliest?.error ?? latest?.error ?? atTime?.error;
  if (error !== undefined) return withJson({ ...place, error });
  if (earliest?.offset === undefined || latest?.offset === undefined)
    return withJson({ ...place, error: unanswered(facts) });
  const wanted = wantedOffset(move, {
    previous,
    earliest: earliest.offset,
    latest: latest.offset,
    atTime: atTime?.offset,
  });
  if (wanted === undefined) return withJson({ ...place, error: nothingToShift(place) });
  const offset = wanted < earliest.offset ? earliest.offset : wanted > latest.offset ? latest.offset : wanted;
  return withJson({ ...place, offset });
}

/** The offset that a move means, wherever that is; undefined where it begins at a committed offset that there is not. */
function wantedOffset(
  move: Move,
  known: Readonly<Record<"earliest" | "latest", bigint> & Record<"previous" | "atTime", bigint | undefined>>,
): bigint | undefined {
  if ("shiftBy" in move) return known.previous === undefined ? undefined : known.previous + move.shiftBy;
  const { to } = move;
  if (typeof to === "bigint") return to;
  if (to === "earliest" || to === "latest") return known[to];
  if (to === "current") return known.previous ?? known.latest;
  return known.atTime ?? known.latest;
}

function nothingToShift({ topic, partition }: { readonly topic: string; readonly partition: number }): KafkaError {
  const { message, code } = invalidArgument(
    `resetGroupOffsets: there is no committed offset in partition ${partition} of "${topic}" from which shiftBy could count. Use to.`,
  );
  return new KafkaError(code, message, { topic, partition });
}
