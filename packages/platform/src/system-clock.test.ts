import { getEventListeners } from "node:events";
import { afterEach, describe, expect, it, vi } from "vitest";
import { backgroundClock, systemClock } from "./system-clock.js";

afterEach(() => {
  vi.useRealTimers();
});

describe("the computer's clock", () => {
  it("goes on while a test has fake timers", async () => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "setImmediate", "Date", "performance"], now: 0 });
    const before = systemClock.monotonic();
    await systemClock.sleep(10);
    await new Promise<void>((resolve) => systemClock.soon(resolve));
    expect(systemClock.monotonic() - before).toBeGreaterThanOrEqual(9);
    expect(systemClock.now()).toBeGreaterThan(1_600_000_000_000);
    expect(Date.now()).toBe(0);
  });

  it("measures in whole milliseconds, which fit into the protocol's numbers", () => {
    expect(systemClock.monotonic() % 1).toBe(0);
  });

  it("neither fires at once for a time beyond 24.8 days, nor warns of one that is over", async () => {
    let early = false;
    const far = systemClock.timer(2 ** 40, () => {
      early = true;
    });
    await new Promise<void>((resolve) => systemClock.timer(-5, resolve));
    await systemClock.sleep(5);
    expect(early).toBe(false);
    far.cancel();
  });

  it("fires a timer never before the call that sets it has returned, and not once it is cancelled", async () => {
    const fired: string[] = [];
    systemClock.timer(0, () => fired.push("at once"));
    systemClock.timer(0, () => fired.push("cancelled")).cancel();
    expect(fired).toEqual([]);
    await systemClock.sleep(5);
    expect(fired).toEqual(["at once"]);
  });

  it("fires no timer before its time has passed by its own count", async () => {
    const early: number[] = [];
    for (let round = 0; round < 400; round++) {
      const setAt = systemClock.monotonic();
      await new Promise<void>((resolve) => systemClock.timer(2, resolve));
      if (systemClock.monotonic() - setAt < 2) early.push(round);
    }
    expect(early).toEqual([]);
  });

  it("gives a sleeper the signal's reason, before and during the sleep, and leaves no listener behind", async () => {
    const controller = new AbortController();
    const { signal } = controller;
    await Promise.all(Array.from({ length: 50 }, () => systemClock.sleep(1, signal)));
    expect(getEventListeners(signal, "abort")).toEqual([]);
    const slept = systemClock.sleep(60_000, signal);
    controller.abort("enough");
    await expect(slept).rejects.toBe("enough");
    await expect(systemClock.sleep(60_000, signal)).rejects.toBe("enough");
  });

  it("keeps the process alive by its timers, unless they are set in the background", () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === "Timeout").length;
    const before = timers();
    const foreground = systemClock.timer(60_000, () => undefined);
    expect(timers()).toBe(before + 1);
    const background = systemClock.timer(60_000, () => undefined, { background: true });
    const all = backgroundClock(systemClock).timer(60_000, () => undefined);
    const controller = new AbortController();
    const slept = backgroundClock(systemClock).sleep(60_000, controller.signal);
    expect(timers()).toBe(before + 1);
    for (const timer of [foreground, background, all]) timer.cancel();
    controller.abort("enough");
    return expect(slept).rejects.toBe("enough");
  });
});
