/** What a library's codec does for one row. */
export interface Task {
  /** Does it once. This is what is timed. */
  run(): unknown;
  /**
   * Does it once more, to be checked: the bytes of a whole frame, or everything that was decoded under our names for it,
   * 64-bit numbers as text. Everybody has to give the same.
   */
  facts(): unknown;
}

/** A library whose codec is compared. */
export interface Contender {
  readonly name: string;
  readonly version: string;
  /** By the row's id; rows that the library has no version for are not there. */
  readonly tasks: ReadonlyMap<string, Task>;
}

/** Runs `work` while the clock stands still, as batches carry the time at which they were made. */
export async function atStandstill<T>(work: () => T | Promise<T>): Promise<T> {
  const { now } = Date;
  Date.now = () => 1_700_000_000_000;
  try {
    return await work();
  } finally {
    Date.now = now;
  }
}
