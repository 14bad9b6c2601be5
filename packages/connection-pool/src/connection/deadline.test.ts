import { expect, it } from "vitest";
import type { Clock } from "@moldau/platform";
import { DeadlineTimer } from "./deadline.js";

/** A clock that stands still until it is told the time. */
function handClock(): Clock & {
  time: number;
  timers: Map<number, { at: number; fire: () => void }>;
  set(time: number): void;
} {
  let ids = 0;
  return {
    time: 0,
    timers: new Map(),
    now: () => 0,
    monotonic() {
      return this.time;
    },
    soon: () => undefined,
    sleep: () => Promise.reject(new Error("not here")),
    timer(ms, fire) {
      const id = ids++;
      this.timers.set(id, { at: this.time + ms, fire });
      return { cancel: () => void this.timers.delete(id) };
    },
    set(time) {
      this.time = time;
      for (const [id, { at, fire }] of this.timers) {
        if (at > time) continue;
        this.timers.delete(id);
        fire();
      }
    },
  };
}

it("has one timer, for the earliest deadline, however many there are", () => {
  const clock = handClock();
  const expired: number[] = [];
  const timer = new DeadlineTimer(clock, (now) => {
    expired.push(now);
    return now === 50 ? 120 : undefined;
  });
  for (const at of [100, 90, 110, 50, 200]) timer.expect(at);
  expect(clock.timers.size).toBe(1);
  clock.set(49);
  expect(expired).toEqual([]);
  clock.set(50);
  clock.set(120);
  expect(expired).toEqual([50, 120]);
  expect(clock.timers.size).toBe(0);
});

it("fires for what is due even when the timer comes a little early", () => {
  const clock = handClock();
  clock.time = 1_000_000;
  let expiredAt = 0;
  const timer = new DeadlineTimer(clock, (now) => {
    expiredAt = now;
    return undefined;
  });
  timer.expect(1_000_030);
  const [armed] = clock.timers.values();
  clock.time = 1_000_029;
  armed?.fire();
  expect(expiredAt).toBe(1_000_030);
});

it("forgets everything when it is cancelled", () => {
  const clock = handClock();
  const timer = new DeadlineTimer(clock, () => {
    throw new Error("fired");
  });
  timer.expect(10);
  timer.cancel();
  clock.set(20);
  expect(clock.timers.size).toBe(0);
});
