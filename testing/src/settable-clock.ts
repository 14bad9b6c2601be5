import { systemClock, type Clock } from "@moldau/platform";

/** The computer's clock, whose wall time a test can set, as people and time servers do. */
export interface SettableClock extends Clock {
  /** Sets the wall time forward, or back by a negative number of milliseconds. */
  setWallClock(byMs: number): void;
}

/** Makes a clock that says what the computer's says until it is set. */
export function settableClock(): SettableClock {
  let offsetMs = 0;
  return {
    ...systemClock,
    now: () => systemClock.now() + offsetMs,
    setWallClock(byMs) {
      offsetMs += byMs;
    },
  };
}
