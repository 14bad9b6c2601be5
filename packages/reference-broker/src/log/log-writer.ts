import { ErrorCode } from "@moldau/protocol-codec";
import PQueue from "p-queue";
import { AppendRun, type PendingAppend } from "./append-run.js";
import type { LogContents } from "./log-contents.js";
import { LogError, storageFailure } from "./log-error.js";
import { type LogLife, type LogLifeEvent, refusesWrites, transition } from "./log-life.js";
import { rollSegment } from "./roll.js";

/**
 * The one that writes to a log: all changes go through its queue, one at a time and in order.
 *
 * Appends that arrive while another one is being written are collected and written together, with one call to the storage and at most
 * one flush:
 *
 * ```
 *   append a ─▶ [group 1: a] ─ writing ──────▶ done
 *   append b ───▶ [group 2: b
 *   append c ───▶          c] ─ waits ─ one write ─▶ done
 *   truncate ────────────────▶ waits for group 2; later appends go to group 3
 * ```
 */
export class LogWriter {
  readonly #contents: LogContents;
  readonly #queue = new PQueue({ concurrency: 1 });
  readonly #onChange: () => void;
  #group: PendingAppend[] | undefined;
  #life: LogLife = { state: "open" };
  /** Flushes of segments that were left, one after the other; appends do not wait for them. */
  #background: Promise<void> = Promise.resolve();

  constructor(contents: LogContents, onChange: () => void) {
    this.#contents = contents;
    this.#onChange = onChange;
  }

  get life(): LogLife {
    return this.#life;
  }

  /** Lets the log pass into another state of its life and wakes those who wait for something to happen to it. */
  pass(event: LogLifeEvent): void {
    this.#life = transition(this.#life, event);
    this.#onChange();
  }

  /** Hands an append over; its promise is settled when it is written, and flushed if the configuration asks for it. */
  submit(append: PendingAppend): void {
    const refusal = refusesWrites(this.#life, this.#contents.name);
    if (refusal !== undefined) {
      append.reject(refusal);
      return;
    }
    if (this.#group !== undefined) {
      this.#group.push(append);
      return;
    }
    const group = [append];
    this.#group = group;
    // The job settles the appends one by one and never rejects.
    void this.#queue.add(() => this.#commit(group));
  }

  /** Runs a job that changes the log after all appends that were submitted before it, and before all that come later. */
  async exclusive<T>(job: () => Promise<T>): Promise<T> {
    this.#group = undefined;
    return await this.#queue.add(async () => {
      try {
        return await job();
      } finally {
        this.#onChange();
      }
    });
  }

  /** Begins a new segment at the log's end. To be called within {@link LogWriter.exclusive}. */
  async roll(): Promise<void> {
    const finish = await rollSegment(this.#contents);
    this.#background = this.#background.then(async () => {
      try {
        await finish();
      } catch (error) {
        this.pass({
          type: "fail",
          error: storageFailure(`a segment of ${this.#contents.name} could not be flushed`, error),
        });
      }
    });
  }

  /** Resolves when no flush of a former segment is under way. */
  async settled(): Promise<void> {
    await this.#background;
  }

  async #commit(group: PendingAppend[]): Promise<void> {
    // From here on, later appends go to the next group.
    if (this.#group === group) this.#group = undefined;
    try {
      for (let next = 0; next < group.length;) next = await this.#writeRun(group, next);
    } catch (error) {
      // Those that are settled are not touched by this.
      for (const append of group) append.reject(error);
    }
  }

  /** Writes as many of the group's appends, from number `from` on, as fit into one segment. Returns the number of the next one. */
  async #writeRun(group: readonly PendingAppend[], from: number): Promise<number> {
    const run = new AppendRun(this.#contents);
    let index = from;
    for (let append = group[index]; append !== undefined; append = group[++index]) {
      try {
        if (!(await this.#stage(run, append))) break;
      } catch (error) {
        append.reject(error);
      }
    }
    if (run.staged.length === 0 || (await this.#write(run))) {
      for (const { append, result } of [...run.staged, ...run.duplicates]) append.resolve(result);
    }
    return index;
  }

  /** Adds an append to the run. False when a new segment has to be begun first, for which the run has to be written. */
  async #stage(run: AppendRun, append: PendingAppend): Promise<boolean> {
    const refusal = refusesWrites(this.#life, this.#contents.name);
    if (refusal !== undefined) throw refusal;
    if (append.checked !== undefined) {
      const batch = await append.checked;
      append.batches = [batch];
      append.bytes = batch.bytes;
    }
    if (run.takeDuplicate(append)) return true;
    const now = this.#contents.clock.now();
    if (append.bytes.length > this.#contents.config.segmentBytes) {
      const limit = `segment.bytes ${this.#contents.config.segmentBytes}`;
      throw new LogError(
        ErrorCode.RECORD_LIST_TOO_LARGE,
        `${append.bytes.length} bytes of records for ${this.#contents.name} are more than ${limit}`,
      );
    }
    if (run.needsRoll(append, now)) {
      if (run.staged.length > 0) return false;
      await this.#rollForAppend();
    }
    run.stage(append, now);
    return true;
  }

  async #rollForAppend(): Promise<void> {
    try {
      await this.roll();
    } catch (error) {
      throw storageFailure(`${this.#contents.name} could not begin a new segment`, error);
    }
  }

  /** Writes a run and makes it visible; false when the storage failed, in which case nothing has changed. */
  async #write(run: AppendRun): Promise<boolean> {
    const { segments, tail } = this.#contents;
    const segment = segments.active;
    const position = segment.sizeInBytes;
    const buffers = run.staged.map(({ append }) => append.bytes);
    try {
      await segment.file.writev(
        position,
        tail === undefined ? buffers : joinAdjacent(buffers.map((bytes) => tail.append(bytes))),
      );
      await this.#flushIfAsked(run);
    } catch (error) {
      await this.#takeBack(run, position, error);
      return false;
    }
    this.#publish(run);
    return true;
  }

  async #flushIfAsked(run: AppendRun): Promise<void> {
    const contents = this.#contents;
    if (run.nextOffset - contents.recoveryPoint < contents.config.flushMessages) return;
    try {
      await contents.segments.active.file.fsync();
    } catch (error) {
      // After a failed flush nobody knows which pages are on the disk, and a second flush may wrongly succeed.
      this.pass({ type: "fail", error: storageFailure(`${contents.name} could not be flushed`, error) });
      throw error;
    }
    await this.settled();
    contents.recoveryPoint = run.nextOffset;
  }

  async #takeBack(run: AppendRun, position: number, error: unknown): Promise<void> {
    const { segments, tail, name } = this.#contents;
    tail?.rollback(position);
    const failure = storageFailure(`records could not be written to ${name}`, error);
    try {
      if (segments.active.file.size() > position) await segments.active.file.truncate(position);
    } catch (cause) {
      this.pass({ type: "fail", error: storageFailure(`a torn write could not be cut off ${name}`, cause) });
    }
    for (const { append } of [...run.staged, ...run.duplicates]) append.reject(failure);
  }

  #publish(run: AppendRun): void {
    const contents = this.#contents;
    const segment = contents.segments.active;
    const now = contents.clock.now();
    for (const { append } of run.staged) {
      contents.appendedBytes += append.bytes.length;
      for (const batch of append.batches) {
        segment.noteWritten(batch, now);
        contents.epochs.assign(batch.partitionLeaderEpoch, batch.baseOffset);
      }
    }
    contents.logEndOffset = run.nextOffset;
    for (const aborted of contents.producers.apply(run.changes)) segment.loadedIndexes?.transactions.append(aborted);
    contents.tail?.trim();
    this.#onChange();
  }
}

/** Joins buffers that lie side by side in memory, so that the storage gets few of them. */
function joinAdjacent(buffers: readonly Buffer[]): Buffer[] {
  const joined: Buffer[] = [];
  for (const next of buffers) {
    const last = joined.at(-1);
    if (last !== undefined && last.buffer === next.buffer && last.byteOffset + last.length === next.byteOffset) {
      joined[joined.length - 1] = Buffer.from(last.buffer, last.byteOffset, last.length + next.length);
    } else {
      joined.push(next);
    }
  }
  return joined;
}
