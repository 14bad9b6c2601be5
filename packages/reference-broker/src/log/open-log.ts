import type { Uuid } from "@moldau/protocol-codec";
import type { Storage } from "../storage/storage.js";
import { BadBatch } from "./batch-header.js";
import type { LogConfig } from "./log-config.js";
import type { LogClock, LogContents } from "./log-contents.js";
import { logFilePath, offsetOfFile, suffixes } from "./log-files.js";
import { settleInterruptedWork } from "./interrupted-work.js";
import { LeaderEpochs } from "./leader-epochs.js";
import { claimPartitionDir } from "./partition-metadata.js";
import { pruneProducerSnapshots } from "./producer-files.js";
import type { ProducerEntry } from "./producer-entry.js";
import { replayAborted, replayProducers } from "./producer-replay.js";
import { ProducerState } from "./producer-state.js";
import { type DamagePolicy, recoverSegments } from "./recovery.js";
import { Segment } from "./segment.js";
import { SegmentList } from "./segment-list.js";
import type { TransactionIndex } from "./transaction-index.js";
import { TailCache } from "./tail-cache.js";

/** How a log is opened. */
export interface OpenLogOptions {
  readonly storage: Storage;
  /** The partition's own directory, `<log directory>/<topic>-<partition>`; made when absent. */
  readonly dir: string;
  readonly config: LogConfig;
  readonly clock: LogClock;
  readonly topic: string;
  readonly partition: number;
  readonly topicId: Uuid;
  /** A source of numbers from 0 up to 1, for the jitter of rolling. Default: none, so that segments roll without jitter. */
  readonly random?: () => number;
  /** Whether the log directory was cleanly left (`takeCleanShutdown`). Default false: the log is recovered. */
  readonly cleanShutdown?: boolean;
  /** From `recovery-point-offset-checkpoint`: everything below was flushed. Default 0n: recovery reads all. */
  readonly recoveryPoint?: bigint;
  /** From `log-start-offset-checkpoint`. Default: the first segment's base. */
  readonly logStartOffset?: bigint;
  /** The producers as of the end of a cleanly closed log, from the one who closed it. Default: what its snapshot says. */
  readonly producers?: readonly ProducerEntry[];
  /** What to do when records are damaged that others lie behind. Default `refuse`: opening rejects with KAFKA_STORAGE_ERROR. */
  readonly damagePolicy?: DamagePolicy;
}

/** Opens the files of a log and brings them into a good state. See {@link recoverSegments} for what happens after a crash. */
export async function openLog(options: OpenLogOptions): Promise<LogContents> {
  const { storage, dir, config, topicId, logStartOffset = 0n } = options;
  await storage.makeDir(dir);
  await claimPartitionDir(storage, dir, topicId);
  const bases = await findSegments(storage, dir);
  const contents = await emptyContents(options);
  const findAborted = (segment: Segment): Promise<TransactionIndex> => replayAborted(contents, segment);
  for (const baseOffset of bases)
    contents.segments.add(
      await Segment.open({ storage, dir, baseOffset, config, now: options.clock.now(), findAborted }),
    );
  if (bases.length === 0) {
    contents.segments.add(
      await Segment.create({ storage, dir, baseOffset: logStartOffset, config, now: options.clock.now() }),
    );
  }
  try {
    if (options.cleanShutdown !== true || !(await trustCleanLog(contents, options))) await recover(contents, options);
    await settleOffsets(contents, logStartOffset);
  } catch (error) {
    for (const segment of contents.segments.all()) await segment.close();
    throw error;
  }
  return contents;
}

async function emptyContents({
  storage,
  dir,
  config,
  clock,
  topic,
  partition,
  topicId,
  random,
}: OpenLogOptions): Promise<LogContents> {
  return {
    storage,
    dir,
    topicId,
    name: `${topic}-${partition}`,
    clock,
    random: random ?? (() => 0),
    segments: new SegmentList(),
    producers: new ProducerState(),
    epochs: await LeaderEpochs.load(storage, dir),
    tail: storage.isVolatile ? undefined : new TailCache(config.tailCacheBytes),
    config,
    logStartOffset: 0n,
    logEndOffset: 0n,
    highWatermark: 0n,
    recoveryPoint: 0n,
    appendedBytes: 0,
    truncations: 0,
  };
}

/** The base offsets of the segments in a directory, in ascending order. */
async function findSegments(storage: Storage, dir: string): Promise<bigint[]> {
  await settleInterruptedWork(storage, dir);
  const bases: bigint[] = [];
  for (const name of await storage.list(dir)) {
    const base = offsetOfFile(name, suffixes.log);
    // The digits make the order of names that of the offsets.
    if (base !== undefined) bases.push(base);
  }
  return bases;
}

/** Takes a cleanly closed log as it is; false when its end does not read as one, so that it has to be recovered after all. */
async function trustCleanLog(contents: LogContents, { producers }: OpenLogOptions): Promise<boolean> {
  const { active } = contents.segments;
  try {
    const indexes = await active.indexes();
    let endOffset = active.baseOffset;
    for await (const { batch } of active.scan(indexes.offsets.lastPosition())) endOffset = batch.nextOffset;
    contents.logEndOffset = endOffset;
  } catch (error) {
    if (error instanceof BadBatch) return false;
    throw error;
  }
  contents.recoveryPoint = contents.logEndOffset;
  await contents.segments.active.loadFirstTimestamp();
  if (producers === undefined) await replayProducers(contents, contents.logEndOffset);
  else contents.producers.load(producers, () => true);
  return true;
}

async function recover(
  contents: LogContents,
  { recoveryPoint = 0n, damagePolicy = "refuse" }: OpenLogOptions,
): Promise<void> {
  const { segments } = contents;
  const unflushed = segments.all().slice(await firstUnflushed(contents, recoveryPoint));
  const from = unflushed[0]?.baseOffset ?? segments.active.baseOffset;
  // Snapshots behind this point may account for records that turn out to be lost.
  await pruneProducerSnapshots(contents.storage, contents.dir, (offset) => offset <= from);
  contents.logStartOffset = segments.first.baseOffset;
  await replayProducers(contents, from);
  await recoverSegments(contents, unflushed, damagePolicy);
  await segments.active.loadFirstTimestamp();
  contents.recoveryPoint = recoveryPoint < contents.logEndOffset ? recoveryPoint : contents.logEndOffset;
}

/**
 * The index of the first segment that has to be looked at. Where everything up to a segment's beginning was flushed, the one before it may have
 * been left without its index files: what leaving a segment writes after them is the snapshot of producers as of the next one's beginning.
 */
async function firstUnflushed({ storage, dir, segments }: LogContents, recoveryPoint: bigint): Promise<number> {
  const index = segments.floorIndex(recoveryPoint);
  if (index === 0 || segments.at(index)?.baseOffset !== recoveryPoint) return index;
  const wasLeftWell = await storage.exists(logFilePath(dir, recoveryPoint, suffixes.producerSnapshot));
  return wasLeftWell ? index : index - 1;
}

/** Fits start, end, epochs and tail together once the segments are known to be good. */
async function settleOffsets(contents: LogContents, checkpointedStart: bigint): Promise<void> {
  const { segments, epochs, config, storage, dir, clock } = contents;
  if (contents.logEndOffset < checkpointedStart) {
    // Records were deleted up to here, and the segments behind are gone: the log begins anew.
    for (const segment of segments.all()) {
      segments.drop(segment);
      await segment.remove();
    }
    segments.add(await Segment.create({ storage, dir, baseOffset: checkpointedStart, config, now: clock.now() }));
    contents.producers.clear();
    await pruneProducerSnapshots(storage, dir, () => false);
    contents.logEndOffset = checkpointedStart;
    contents.recoveryPoint = checkpointedStart;
  }
  const firstBase = segments.first.baseOffset;
  contents.logStartOffset = checkpointedStart > firstBase ? checkpointedStart : firstBase;
  contents.highWatermark = contents.logEndOffset;
  epochs.truncateFromEnd(contents.logEndOffset);
  epochs.truncateFromStart(contents.logStartOffset);
  contents.tail?.reset(segments.active.sizeInBytes);
}
