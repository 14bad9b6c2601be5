import { onAbort } from "@moldau/platform";
import { checkKeys } from "../known-names.js";
import type { MarkedPartition, TransactionMarker } from "./marker.js";

/** Which markers are held. Whatever is left out does not matter. */
export interface MarkerRule {
  readonly transactionalId?: string;
  /** Markers for partitions of this topic. */
  readonly topic?: string;
  /** Markers for partitions of this number. */
  readonly partition?: number;
}

/** Markers that a test holds: the outcome is decided, and the partitions do not know of it. */
export interface HeldMarkers {
  /** How many wait at this moment, counted by partition. */
  readonly waiting: number;
  /** Lets them go, and holds none any more. Idempotent. */
  release(): void;
}

/** What tests of a cluster hold back between its transaction coordinators and its partitions. */
export class MarkerHolds {
  readonly #holds = new Set<Hold>();

  /** Holds markers from now on. Throws a RangeError for a rule that says what rules do not say. */
  hold(rule: MarkerRule): HeldMarkers {
    checkKeys("holdMarkers", rule, ["transactionalId", "topic", "partition"]);
    const { transactionalId, topic, partition } = rule;
    for (const [name, value] of Object.entries({ transactionalId, topic })) {
      if (value !== undefined && typeof value !== "string")
        throw new RangeError(`${name} must be a text, not ${JSON.stringify(value)}`);
    }
    if (partition !== undefined && !(Number.isInteger(partition) && partition >= 0))
      throw new RangeError(`partition must be a whole number from 0 on, not ${partition}`);
    const hold = new Hold(rule, () => this.#holds.delete(hold));
    this.#holds.add(hold);
    return hold;
  }

  /** Resolves when nobody holds the marker for this partition; rejects with the signal's reason. */
  async passed(marker: TransactionMarker, to: MarkedPartition, signal: AbortSignal): Promise<void> {
    for (;;) {
      const hold = [...this.#holds].find((each) => each.isAbout(marker, to));
      if (hold === undefined) return;
      await hold.wait(signal);
    }
  }
}

class Hold implements HeldMarkers {
  readonly #rule: MarkerRule;
  readonly #end: () => void;
  readonly #waiting = new Set<() => void>();

  constructor(rule: MarkerRule, end: () => void) {
    this.#rule = { ...rule };
    this.#end = end;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  isAbout({ transactionalId }: TransactionMarker, { topic, partition }: MarkedPartition): boolean {
    const wanted = this.#rule;
    return (
      (wanted.transactionalId ?? transactionalId) === transactionalId &&
      (wanted.topic ?? topic) === topic &&
      (wanted.partition ?? partition) === partition
    );
  }

  async wait(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      const go = (): void => {
        forget();
        resolve();
      };
      const forget = onAbort(signal, () => {
        this.#waiting.delete(go);
        reject(signal.reason);
      });
      this.#waiting.add(go);
    });
  }

  release(): void {
    this.#end();
    for (const go of this.#waiting) go();
    this.#waiting.clear();
  }
}
