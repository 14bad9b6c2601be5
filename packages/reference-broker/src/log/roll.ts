import type { LogContents } from "./log-contents.js";
import { writeProducerSnapshot } from "./producer-files.js";
import { Segment } from "./segment.js";

/** A log whose active segment was just begun, and what is left to be done for the segment before it. */
export interface RolledLog {
  readonly contents: LogContents;
  /** Flushes the former segment, its indexes and the producer snapshot, and moves the recovery point. Appends need not wait for it. */
  finish(): Promise<void>;
}

/**
 * Begins a new segment at the end of the log. Nothing is changed when it rejects.
 *
 * The producer state as of the new base offset is kept in a snapshot, so that recovery of the new segment can start there.
 */
export async function rollSegment(contents: LogContents): Promise<RolledLog> {
  const { storage, dir, segments, producers, tail, config, random } = contents;
  const former = segments.active;
  const baseOffset = contents.logEndOffset;
  const rollJitterMs = Math.floor(random() * Math.min(config.segmentJitterMs, config.segmentMs));
  const segment = await Segment.create({ storage, dir, baseOffset, config, now: contents.clock.now(), rollJitterMs });
  segments.add(segment);
  tail?.reset(0);
  const entries = producers.entries;
  const finish = async (): Promise<void> => {
    await former.reading(async () => {
      await former.file.fsync();
      await former.writeIndexes();
    });
    await writeProducerSnapshot(storage, { dir, offset: baseOffset, entries });
    await contents.epochs.save();
    await storage.fsyncDir(dir);
    if (contents.recoveryPoint < baseOffset) contents.recoveryPoint = baseOffset;
  };
  return { contents, finish };
}
