import { setImmediate } from "node:timers/promises";
import { Random } from "./random.js";
import type { Target } from "./target.js";

/** How to fuzz. */
export interface FuzzOptions {
  readonly targets: readonly Target[];
  /** The same seed makes the same inputs, round by round. */
  readonly seed: number;
  /** Runs one round only, as a fault named it; then `seconds` means nothing. */
  readonly round?: number | undefined;
  /** How long. */
  readonly seconds: number;
  /** Ends the run early, with its report. */
  readonly signal?: AbortSignal;
}

/** What became of one target. */
export interface Tally {
  readonly name: string;
  rounds: number;
  taken: number;
  refused: number;
  milliseconds: number;
  /** The most that was made of what a bound allows, from 0 to 1. */
  shareOfBound: number;
  /** The first fault; the target is left alone after it. */
  fault: Fault | undefined;
}

/** An input that showed a fault. */
export interface Fault {
  readonly round: number;
  readonly input: Buffer;
  readonly error: unknown;
}

/** Throws rounds of inputs at every target in turn until the time is over. */
export async function fuzz({ targets, seed, round, seconds, signal }: FuzzOptions): Promise<Tally[]> {
  const tallies = targets.map(({ name }): Tally => ({
    name,
    rounds: 0,
    taken: 0,
    refused: 0,
    milliseconds: 0,
    shareOfBound: 0,
    fault: undefined,
  }));
  const end = performance.now() + seconds * 1000;
  for (let number = round ?? 0; ; number++) {
    for (const [index, target] of targets.entries()) {
      const tally = tallies[index];
      if (tally === undefined || tally.fault !== undefined) continue;
      runRound(target, tally, { seed, number });
    }
    // Signals are heard between rounds only.
    await setImmediate();
    const isOver =
      performance.now() >= end || signal?.aborted === true || tallies.every(({ fault }) => fault !== undefined);
    if (round !== undefined || isOver) return tallies;
  }
}

function runRound(target: Target, tally: Tally, { seed, number }: { seed: number; number: number }): void {
  const started = performance.now();
  let current = Buffer.alloc(0);
  try {
    target.round(new Random(`${seed} ${target.name} ${number}`), (input, check) => {
      current = Buffer.from(input);
      const { taken, shareOfBound } = check();
      if (!current.equals(input)) throw new Error("the input was changed");
      if (taken) tally.taken++;
      else tally.refused++;
      tally.shareOfBound = Math.max(tally.shareOfBound, shareOfBound);
    });
  } catch (error) {
    tally.fault = { round: number, input: current, error };
  }
  tally.rounds++;
  tally.milliseconds += performance.now() - started;
}
