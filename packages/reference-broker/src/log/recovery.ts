import { ErrorCode } from "@moldau/protocol-codec";
import { BadBatch } from "./batch-header.js";
import { scanBatches } from "./batch-scanner.js";
import { findLaterBatch } from "./damage.js";
import type { LogContents } from "./log-contents.js";
import { LogError } from "./log-error.js";
import { logFilePath, suffixes } from "./log-files.js";
import { pruneProducerSnapshots, writeProducerSnapshot } from "./producer-files.js";
import { replayBatch } from "./producer-replay.js";
import type { Segment } from "./segment.js";
import { SegmentIndexes } from "./segment-indexes.js";

/** What recovery does with a log that is damaged in its middle, valid records lying behind the damage. */
export type DamagePolicy = "refuse" | "quarantine";

/**
 * Reads through all segments that may not have been flushed, after a crash: checks every batch, rebuilds indexes, producers and leader
 * epochs, and cuts off a torn end.
 *
 * The producers have to be as of the beginning of the first segment. Unlike Apache Kafka, which cuts at the first invalid byte and
 * relies on other replicas for what lay behind, this tells two things apart:
 *
 * ```
 *   [batch][batch][bat            torn end: nothing valid behind it, the write did not finish  → cut off
 *   [batch][b?tch][batch][batch]  damage: acknowledged records lie behind it                   → refused, or set aside
 * ```
 */
export async function recoverSegments(
  contents: LogContents,
  unflushed: readonly Segment[],
  policy: DamagePolicy,
): Promise<void> {
  const { segments } = contents;
  for (const [index, segment] of unflushed.entries()) {
    const later = unflushed.slice(index + 1);
    const { endOffset, damage } = await recoverSegment(contents, segment);
    contents.logEndOffset = endOffset;
    if (damage === undefined) {
      if (later[0] !== undefined) await keepSnapshot(contents, later[0].baseOffset);
      continue;
    }
    const isTorn = !(await hasRecordsBehind(segment, damage, later, endOffset));
    if (!isTorn) await handleDamage(contents, { segment, damage, later, endOffset, policy });
    if (segment.file.size() > damage.position) await segment.file.truncate(damage.position);
    for (const doomed of later) {
      segments.drop(doomed);
      await doomed.remove();
    }
    break;
  }
  const lastBase = segments.active.baseOffset;
  await pruneProducerSnapshots(contents.storage, contents.dir, (offset) => offset <= lastBase);
}

interface Damaged {
  readonly segment: Segment;
  readonly damage: BadBatch;
  readonly later: readonly Segment[];
  readonly endOffset: bigint;
  readonly policy: DamagePolicy;
}

/** Reads a segment through and adopts its valid part. */
async function recoverSegment(
  contents: LogContents,
  segment: Segment,
): Promise<{ endOffset: bigint; damage: BadBatch | undefined }> {
  const indexes = SegmentIndexes.empty(segment.baseOffset);
  const range = { from: 0, to: segment.file.size(), verifyCrc: true };
  let endOffset = segment.baseOffset;
  let validBytes = 0;
  let damage: BadBatch | undefined;
  try {
    for await (const { batch, position } of scanBatches(segment.file, range)) {
      const { baseOffset, lastOffset } = batch;
      if (baseOffset < endOffset || lastOffset < baseOffset || segment.relative(lastOffset) > 0x7fff_ffff) {
        throw new BadBatch(position, `its offsets ${baseOffset} to ${lastOffset} do not follow on ${endOffset}`);
      }
      indexes.add(batch, position, contents.config.indexIntervalBytes);
      if (batch.magic >= 2) contents.epochs.assign(batch.partitionLeaderEpoch, baseOffset);
      for (const aborted of replayBatch(contents.producers, batch, contents.name)) indexes.transactions.append(aborted);
      endOffset = batch.nextOffset;
      validBytes = position + batch.sizeInBytes;
    }
  } catch (error) {
    if (!(error instanceof BadBatch)) throw error;
    damage = error;
  }
  segment.adopt(indexes, validBytes);
  if (damage === undefined) await segment.writeIndexes();
  return { endOffset, damage };
}

async function hasRecordsBehind(
  segment: Segment,
  damage: BadBatch,
  later: readonly Segment[],
  endOffset: bigint,
): Promise<boolean> {
  if (await findLaterBatch(segment.file, damage.position + 1, endOffset)) return true;
  for (const other of later) if (await findLaterBatch(other.file, 0, endOffset)) return true;
  return false;
}

/** Refuses the log, or sets the damaged part aside so that the rest can be used. */
async function handleDamage(
  contents: LogContents,
  { segment, damage, later, endOffset, policy }: Damaged,
): Promise<void> {
  const { storage, dir, name } = contents;
  const path = logFilePath(dir, segment.baseOffset, suffixes.log);
  if (policy === "refuse") {
    throw new LogError(
      ErrorCode.KAFKA_STORAGE_ERROR,
      `the log ${name} is damaged: ${path} holds ${damage.message}, yet valid records lie behind it. Restore the file, or open the log with ` +
        `damage policy "quarantine", which keeps the records below offset ${endOffset} and sets the others aside as *${suffixes.quarantined}`,
    );
  }
  const rest = await segment.file.readAt(damage.position, segment.file.size() - damage.position);
  await storage.writeFileAtomic(`${path}.${damage.position}${suffixes.quarantined}`, rest);
  for (const other of later) {
    const otherPath = logFilePath(dir, other.baseOffset, suffixes.log);
    const bytes = await other.file.readAt(0, other.file.size());
    await storage.writeFileAtomic(`${otherPath}${suffixes.quarantined}`, bytes);
  }
}

async function keepSnapshot(contents: LogContents, offset: bigint): Promise<void> {
  await writeProducerSnapshot(contents.storage, { dir: contents.dir, offset, entries: contents.producers.entries });
}
