import type { Segment } from "./segment.js";

/** The segments of a log in the order of their base offsets. There is always at least one once the log is open. */
export class SegmentList {
  #segments: Segment[] = [];

  /** The segment that is written. */
  get active(): Segment {
    const active = this.#segments.at(-1);
    if (active === undefined) throw new Error("a log without segments");
    return active;
  }

  /** The oldest segment. */
  get first(): Segment {
    return this.#segments[0] ?? this.active;
  }

  /** Number of segments. */
  get count(): number {
    return this.#segments.length;
  }

  /** Bytes of all segments' records. */
  get sizeInBytes(): number {
    let total = 0;
    for (const segment of this.#segments) total += segment.sizeInBytes;
    return total;
  }

  /** All segments, oldest first; a copy. */
  all(): Segment[] {
    return [...this.#segments];
  }

  /** Whether the segment is still part of the log. */
  includes(segment: Segment): boolean {
    return this.#segments.includes(segment);
  }

  /** The segment at the end of the list from now on. */
  add(segment: Segment): void {
    this.#segments.push(segment);
  }

  /** Takes a segment out of the list. */
  drop(segment: Segment): void {
    // A new array: those who iterate over the old one are not disturbed.
    this.#segments = this.#segments.filter((other) => other !== segment);
  }

  /** The index of the segment that holds `offset`: the last one whose base is not larger; 0 when all are. */
  floorIndex(offset: bigint): number {
    let low = 0;
    let high = this.#segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const base = this.#segments[middle]?.baseOffset;
      if (base !== undefined && base <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** The segment at `index`. */
  at(index: number): Segment | undefined {
    return this.#segments[index];
  }
}
