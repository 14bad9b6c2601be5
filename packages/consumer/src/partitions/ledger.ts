import type { RecordBatch } from "@moldau/protocol-codec";

/** A run of messages of one partition that was handed out. Its borders may move while it is in hand. */
export interface Run {
  /** Offset of its first message that is not done. */
  readonly from: bigint;
  /** Offset behind its last message. */
  readonly to: bigint;
  /** The record batches that it lies in, in order. */
  readonly batches: readonly RecordBatch[];
}

/** A run in somebody's hands. */
export interface Holding {
  readonly run: Run;
  /** Where it began, and the leader's epoch of what lies before and in it. */
  readonly start: bigint;
  readonly epochBefore: number;
  readonly epoch: number;
  /** "void" once reading continues elsewhere: nothing about it counts any more. */
  state: "held" | "done" | "void";
}

/** What was given back undone, and where reading continues. */
export interface GivenBack {
  readonly batches: readonly RecordBatch[];
  readonly position: bigint;
}

/**
 * What is in hand and what is done in one partition.
 *
 *                done                    position
 *                 ▼                         ▼
 *   ──────────────┬──────┬──────┬───────────┬───────────▶ log
 *    done          held   done   held        to be handed out
 *
 * Runs may become done in any order. What lies behind one that is still held counts as done only once that is: everything
 * before {@link done} is done, without a gap.
 */
export class Ledger {
  /** In order of their offsets, from the first that is still held on. */
  #holdings: Holding[] = [];
  #first = 0;
  #position = -1n;
  #marked = -1n;
  /** Epoch of the leader that took what lies before the position, -1 when unknown. */
  #epoch = -1;

  /** Whether nothing is in hand. */
  get isEmptyHanded(): boolean {
    return this.#holdings.length === 0;
  }

  /** Where what is in hand begins; undefined when nothing is. */
  get inHand(): bigint | undefined {
    return this.#holdings[this.#first]?.run.from;
  }

  /** The next offset to hand out; -1n before it is known. */
  get position(): bigint {
    const last = this.#holdings.at(-1);
    return last?.state === "held" && last.run.to > this.#position ? last.run.to : this.#position;
  }

  /** Everything before this offset is done, and nothing at it. */
  get done(): bigint {
    const offset = this.#holdings[this.#first]?.run.from ?? this.#position;
    return offset > this.#marked ? offset : this.#marked;
  }

  /** Epoch of the leader that took what lies before {@link position}, -1 when unknown. */
  get epoch(): number {
    return this.#epoch;
  }

  /** Epoch of the leader that took what lies before {@link done}, -1 when unknown. */
  get doneEpoch(): number {
    const first = this.#holdings[this.#first];
    if (first === undefined) return this.#epoch;
    return this.done > first.start ? first.epoch : first.epochBefore;
  }

  /** Reading begins, or continues elsewhere: nothing is in hand, and what was is of no account any more. */
  restart(offset: bigint, leaderEpoch: number): void {
    for (const holding of this.#holdings) holding.state = "void";
    this.#clear();
    this.#position = offset;
    this.#marked = -1n;
    this.#epoch = leaderEpoch;
  }

  /** Everything before `offset` was handed out, or is not for the application; `leaderEpoch` is that of the last of it. */
  advanceTo(offset: bigint, leaderEpoch = this.#epoch): void {
    if (offset <= this.#position) return;
    this.#position = offset;
    this.#epoch = leaderEpoch;
  }

  /** Hands out a run that lies behind all others. */
  take(run: Run, leaderEpoch: number): Holding {
    const holding: Holding = {
      run,
      start: run.from,
      epochBefore: this.#epoch,
      epoch: leaderEpoch,
      state: "held",
    };
    this.#epoch = leaderEpoch;
    this.#holdings.push(holding);
    return holding;
  }

  /** A run is done, whatever lies before it. */
  complete(holding: Holding): void {
    if (holding.state !== "held") return;
    this.advanceTo(holding.run.to);
    holding.state = "done";
    while (this.#holdings[this.#first]?.state === "done") this.#first++;
    if (this.#first === this.#holdings.length) this.#clear();
    else if (this.#first > 1000 && this.#first * 2 > this.#holdings.length) this.#trim();
  }

  /** Everything before `offset` is done, whatever is in hand: the application says so. */
  mark(offset: bigint): void {
    if (offset > this.#marked) this.#marked = offset;
  }

  /** Takes back what is not done, from the first that is still held on; it is to be handed out again. */
  giveBack(): GivenBack {
    const first = this.#holdings[this.#first];
    return first === undefined
      ? { batches: [], position: this.#position }
      : this.#takeBack(this.#first, { offset: this.done, epoch: this.doneEpoch });
  }

  /** Takes back a run that is held, and what lies behind it; what lies before stays in hand. */
  giveBackFrom(holding: Holding): GivenBack {
    const index = this.#holdings.indexOf(holding);
    if (index <= this.#first) return this.giveBack();
    return this.#takeBack(index, { offset: holding.run.from, epoch: holding.epochBefore });
  }

  #takeBack(index: number, { offset, epoch }: { readonly offset: bigint; readonly epoch: number }): GivenBack {
    const left = this.#holdings.splice(index);
    for (const holding of left) holding.state = "void";
    if (index === this.#first) this.#clear();
    this.#position = offset;
    this.#epoch = epoch;
    return { batches: [...new Set(left.flatMap(({ run }) => run.batches))], position: offset };
  }

  #clear(): void {
    this.#holdings = [];
    this.#first = 0;
  }

  #trim(): void {
    this.#holdings = this.#holdings.slice(this.#first);
    this.#first = 0;
  }
}
