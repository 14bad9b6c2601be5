import type { Storage } from "../storage/storage.js";
import { scanBatches } from "./batch-scanner.js";
import { logFilePath, offsetOfFile, suffixes } from "./log-files.js";

/**
 * Clears away or completes what was under way in a partition's directory when its process ended, as Apache Kafka's `LogLoader` does.
 *
 * Files that were being deleted, and results of a compaction that was not finished (`.cleaned`), go. A compaction whose result was
 * finished (`.swap`) is completed: the segments that it was made from go, and it takes their place. Indexes without a log go.
 */
export async function settleInterruptedWork(storage: Storage, dir: string): Promise<void> {
  const names = await storage.list(dir);
  const cleaned = names.filter((name) => name.endsWith(suffixes.cleaned));
  const swaps = names.filter((name) => name.endsWith(suffixes.swap));
  // Of a segment that was being split, some parts may be finished and some not; then the old segment still stands for all.
  const firstUnfinished = lowest(cleaned.map((name) => offsetBefore(name, suffixes.cleaned)));
  const isVoid = (name: string): boolean => {
    const offset = offsetBefore(name, suffixes.swap);
    return offset === undefined || (firstUnfinished !== undefined && offset >= firstUnfinished);
  };
  const doomed = names.filter((name) => name.endsWith(suffixes.deleted) || name.endsWith(".tmp"));
  for (const name of [...doomed, ...cleaned, ...swaps.filter(isVoid)]) await storage.remove(`${dir}/${name}`);
  await completeSwaps(
    storage,
    dir,
    swaps.filter((name) => !isVoid(name)),
  );
  await removeOrphans(storage, dir);
}

const fileSuffixes = [suffixes.log, suffixes.offsetIndex, suffixes.timeIndex, suffixes.transactionIndex] as const;

async function completeSwaps(storage: Storage, dir: string, swaps: readonly string[]): Promise<void> {
  const results = swaps.filter((name) => name.endsWith(suffixes.log + suffixes.swap));
  for (const result of results) {
    const from = offsetBefore(result, suffixes.swap);
    if (from === undefined) continue;
    const to = await endOf(storage, `${dir}/${result}`, from);
    for (const name of await storage.list(dir)) {
      const base = fileSuffixes.map((suffix) => offsetOfFile(name, suffix)).find((offset) => offset !== undefined);
      if (base !== undefined && base >= from && base < to) await storage.remove(`${dir}/${name}`);
    }
  }
  for (const name of swaps) await storage.rename(`${dir}/${name}`, `${dir}/${name.slice(0, -suffixes.swap.length)}`);
}

async function removeOrphans(storage: Storage, dir: string): Promise<void> {
  const names = await storage.list(dir);
  for (const name of names) {
    for (const suffix of [suffixes.offsetIndex, suffixes.timeIndex, suffixes.transactionIndex]) {
      const base = offsetOfFile(name, suffix);
      if (base === undefined) continue;
      const path = logFilePath(dir, base, suffixes.log);
      if (!names.includes(path.slice(dir.length + 1))) await storage.remove(`${dir}/${name}`);
    }
  }
}

/** The offset behind the last batch of a log file. */
async function endOf(storage: Storage, path: string, from: bigint): Promise<bigint> {
  const file = await storage.open(path);
  try {
    let end = from;
    for await (const { batch } of scanBatches(file, { from: 0, to: file.size(), verifyCrc: false }))
      end = batch.nextOffset;
    return end;
  } finally {
    await file.close();
  }
}

/** The offset in a name such as `00000000000000000042.index.swap`. */
function offsetBefore(name: string, suffix: string): bigint | undefined {
  return fileSuffixes.map((inner) => offsetOfFile(name, inner + suffix)).find((offset) => offset !== undefined);
}

function lowest(offsets: readonly (bigint | undefined)[]): bigint | undefined {
  let least: bigint | undefined;
  for (const offset of offsets) if (offset !== undefined && (least === undefined || offset < least)) least = offset;
  return least;
}
