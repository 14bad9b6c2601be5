import { CheckpointError, parseOffset, readCheckpointFile, writeCheckpointFile } from "../storage/checkpoint-file.js";
import type { Storage } from "../storage/storage.js";

/** A leader epoch and the offset of the first record that was written under it. */
export interface LeaderEpochEntry {
  readonly epoch: number;
  readonly startOffset: bigint;
}

/**
 * Which leader epoch wrote which part of the log: Kafka's file `leader-epoch-checkpoint`.
 *
 * Changes are kept in memory until {@link LeaderEpochs.save}; recovery finds those that were lost in the batches themselves.
 */
export class LeaderEpochs {
  readonly #storage: Storage;
  readonly #path: string;
  #entries: LeaderEpochEntry[];
  #isDirty = false;

  private constructor(storage: Storage, path: string, entries: LeaderEpochEntry[]) {
    this.#storage = storage;
    this.#path = path;
    this.#entries = entries;
  }

  /** Reads the file of a partition's directory; a damaged one counts as absent, since the batches know the epochs too. */
  static async load(storage: Storage, dir: string): Promise<LeaderEpochs> {
    const path = `${dir}/leader-epoch-checkpoint`;
    try {
      const lines = await readCheckpointFile(storage, path);
      return new LeaderEpochs(
        storage,
        path,
        lines.map((line) => parseEntry(path, line)),
      );
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      return new LeaderEpochs(storage, path, []);
    }
  }

  /** The newest epoch that wrote to the log, or -1. */
  get latest(): number {
    return this.#entries.at(-1)?.epoch ?? -1;
  }

  /** All entries, oldest first. */
  get entries(): readonly LeaderEpochEntry[] {
    return this.#entries;
  }

  /**
   * Takes note that a batch of `epoch` begins at `startOffset`; only a newer epoch than the latest adds an entry. Epochs that would begin there
   * or behind it wrote nothing, and are forgotten.
   */
  assign(epoch: number, startOffset: bigint): void {
    if (epoch < 0 || epoch <= this.latest) return;
    while ((this.#entries.at(-1)?.startOffset ?? -1n) >= startOffset) this.#entries.pop();
    this.#entries.push({ epoch, startOffset });
    this.#isDirty = true;
  }

  /** The epoch under which the record at `offset` was written, or -1. */
  epochOf(offset: bigint): number {
    return this.#entries.findLast((entry) => entry.startOffset <= offset)?.epoch ?? -1;
  }

  /**
   * Where the largest epoch that is at most `requested` ends: the answer to OffsetForLeaderEpoch. Epoch -1 and end offset -1n when
   * the requested epoch is larger than all known ones.
   */
  endOffset(requested: number, logEndOffset: bigint): { readonly epoch: number; readonly endOffset: bigint } {
    if (requested < 0) return { epoch: -1, endOffset: -1n };
    if (requested === this.latest) return { epoch: requested, endOffset: logEndOffset };
    const higher = this.#entries.find((entry) => entry.epoch > requested);
    if (higher === undefined) return { epoch: -1, endOffset: -1n };
    const floor = this.#entries.findLast((entry) => entry.epoch <= requested);
    return { epoch: floor?.epoch ?? requested, endOffset: higher.startOffset };
  }

  /** Forgets the epochs that begin at or behind `endOffset`. */
  truncateFromEnd(endOffset: bigint): void {
    this.#replace(this.#entries.filter((entry) => entry.startOffset < endOffset));
  }

  /** Forgets the epochs that end at or before `startOffset`; the one that spans it begins there now. */
  truncateFromStart(startOffset: bigint): void {
    const spanning = this.#entries.findLast((entry) => entry.startOffset <= startOffset);
    if (spanning === undefined) return;
    const later = this.#entries.filter((entry) => entry.startOffset > startOffset);
    this.#replace([{ epoch: spanning.epoch, startOffset }, ...later]);
  }

  /** Writes the file when something changed. */
  async save(): Promise<void> {
    if (!this.#isDirty) return;
    this.#isDirty = false;
    try {
      await writeCheckpointFile(
        this.#storage,
        this.#path,
        this.#entries.map(({ epoch, startOffset }) => `${epoch} ${startOffset}`),
      );
    } catch (error) {
      this.#isDirty = true;
      throw error;
    }
  }

  #replace(entries: LeaderEpochEntry[]): void {
    const isSame =
      entries.length === this.#entries.length &&
      entries.every((entry, index) => entry.startOffset === this.#entries[index]?.startOffset);
    if (isSame) return;
    this.#entries = entries;
    this.#isDirty = true;
  }
}

function parseEntry(path: string, line: string): LeaderEpochEntry {
  const [epoch = "", startOffset = "", ...rest] = line.split(/\s+/);
  if (!/^\d+$/.test(epoch) || rest.length > 0)
    throw new CheckpointError(path, `malformed line ${JSON.stringify(line)}, wanted "epoch startOffset"`);
  return { epoch: Number(epoch), startOffset: parseOffset(path, startOffset) };
}
