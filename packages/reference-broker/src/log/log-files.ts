/**
 * The names of the files in a partition's directory, as Apache Kafka gives them: 20 digits of a base offset and a suffix.
 */
export const suffixes = {
  log: ".log",
  offsetIndex: ".index",
  timeIndex: ".timeindex",
  transactionIndex: ".txnindex",
  producerSnapshot: ".snapshot",
  /** On its way out: renamed before it is unlinked. */
  deleted: ".deleted",
  /** Left by a compaction that did not finish: the result so far, and the finished result before it took its place. */
  cleaned: ".cleaned",
  swap: ".swap",
  /** Set aside by recovery because of damage. */
  quarantined: ".quarantined",
} as const;

/** The path of a file of the segment, or of the snapshot, at `offset`. */
export function logFilePath(dir: string, offset: bigint, suffix: string): string {
  return `${dir}/${offset.toString().padStart(20, "0")}${suffix}`;
}

/** The offset in a file's name when it has this suffix, else undefined. */
export function offsetOfFile(name: string, suffix: string): bigint | undefined {
  if (!name.endsWith(suffix)) return undefined;
  const digits = name.slice(0, name.length - suffix.length);
  return /^\d{20}$/.test(digits) ? BigInt(digits) : undefined;
}
