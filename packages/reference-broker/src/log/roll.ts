import type { LogContents } from "./log-contents.js";
import { writeProducerSnapshot } from "./producer-files.js";
import { Segment } from "./segment.js";

/**
 * Begins a new segment at the end of the log. Nothing is changed when it rejects.
 *
 * Resolves with what is left to be done, for which appends need not wait: flushing the former segment and its indexes, moving the
 * recovery point, and keeping the producers as of the new base offset, so that recovery of the new segment can start there.
 */
export async function rollSegment(contents: LogContents): Promise<() => Promise<void>> {
  const { storage, dir, segments, producers, tail, config, random } = contents;
  const former = segments.active;
  const baseOffset = contents.logEndOffset;
  const rollJitterMs = Math.floor(random() * Math.min(config.segmentJitterMs, config.segmentMs));
  const segment = await Segment.create({ storage, dir, baseOffset, config, now: contents.clock.now(), rollJitterMs });
  segments.add(segment);
  tail?.reset(0);
  const entries = producers.entries;
  return async () => {
    if (!segments.includes(former)) return;
    await former.reading(async () => {
      await former.file.fsync();
      await former.writeIndexes();
    });
    await writeProducerSnapshot(storage, { dir, offset: baseOffset, entries });
    await contents.epochs.save();
    await storage.fsyncDir(dir);
    if (contents.recoveryPoint < baseOffset) contents.recoveryPoint = baseOffset;
  };
}
