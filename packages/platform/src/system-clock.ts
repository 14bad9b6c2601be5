import { performance as nodePerformance } from "node:perf_hooks";
import nodeTimers from "node:timers";
import type { Clock, Timer, TimerOptions } from "./clock.js";
import { sleepOn } from "./sleep.js";

// The functions themselves, taken when this module is loaded: fake timers of test runners replace the globals, and the properties of
// these modules with them, and a connection that waits for a faked setImmediate waits for ever.
const { setTimeout, clearTimeout, setImmediate } = nodeTimers;
const { now } = Date;
const elapsed = nodePerformance.now.bind(nodePerformance);

/** The computer's own clock. Its timers keep the process alive until they fire or are cancelled, unless they are set in the background. */
export const systemClock: Clock = {
  now: () => now(),
  monotonic: () => Math.floor(elapsed()),
  timer: (ms, fire, options) => setTimer(ms, fire, options?.background === true),
  sleep: (ms, signal) => sleepOn(systemClock, ms, signal),
  soon: (run) => void setImmediate(run),
};

/** The same clock, with all timers and sleeps in the background: none of them keeps the process alive. */
export function backgroundClock(clock: Clock): Clock {
  const timer = (ms: number, fire: () => void, options?: TimerOptions): Timer =>
    clock.timer(ms, fire, { background: true, ...options });
  const background: Clock = {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    timer,
    sleep: (ms, signal) => sleepOn(background, ms, signal),
    soon: (run) => clock.soon(run),
  };
  return background;
}

// Node takes a time that does not fit into 32 bits for none at all, and warns of a negative one. Whoever waits longer looks at the
// clock when the timer fires, and waits on.
const maxDelayMs = 2 ** 31 - 1;

function setTimer(ms: number, fire: () => void, background: boolean): Timer {
  const dueAt = systemClock.monotonic() + Math.min(ms, maxDelayMs);
  let handle: NodeJS.Timeout | undefined;
  const arm = (delayMs: number): void => {
    handle = setTimeout(look, Math.min(Math.max(delayMs, 0), maxDelayMs));
    if (background) handle.unref();
  };
  // Node's timers count whole milliseconds from another moment than the monotonic clock does, and so may come one early by its count: whoever
  // then finds nothing due yet, and has no timer any more, would wait for ever.
  const look = (): void => {
    const leftMs = dueAt - systemClock.monotonic();
    if (leftMs > 0) arm(leftMs);
    else fire();
  };
  arm(ms);
  return { cancel: () => clearTimeout(handle) };
}
