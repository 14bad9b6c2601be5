import { describe, expect, it } from "vitest";
import { VirtualClock } from "moldau-testing";
import { CommitScheduler } from "./commit-scheduler.js";

function schedule(): {
  clock: VirtualClock;
  scheduler: CommitScheduler;
  commits: number[];
  state: { active: boolean };
} {
  const clock = new VirtualClock(0);
  const commits: number[] = [];
  const state = { active: false };
  const scheduler = new CommitScheduler({
    clock,
    intervalMs: 5000,
    commit: () => Promise.resolve(void commits.push(clock.now())),
    isDue: () => state.active,
  });
  return { clock, scheduler, commits, state };
}

describe("automatic commits", () => {
  it("come one interval after something happened, and not while nothing does", async () => {
    const { clock, scheduler, commits } = schedule();
    await clock.advance(60_000);
    expect([commits, clock.armed]).toEqual([[], 0]);
    scheduler.progressed();
    await clock.advance(1000);
    scheduler.progressed();
    await clock.advance(60_000);
    expect(commits).toEqual([65_000]);
  });

  it("come every interval while something is left to commit", async () => {
    const { clock, scheduler, commits, state } = schedule();
    state.active = true;
    scheduler.progressed();
    await clock.advance(17_000);
    expect(commits).toEqual([5000, 10_000, 15_000]);
    state.active = false;
    await clock.advance(60_000);
    expect(commits).toHaveLength(4);
    expect(clock.armed).toBe(0);
  });

  it("stop for good", async () => {
    const { clock, scheduler, commits } = schedule();
    scheduler.progressed();
    scheduler.stop();
    scheduler.progressed();
    await clock.advance(60_000);
    expect([commits, clock.armed]).toEqual([[], 0]);
  });
});
