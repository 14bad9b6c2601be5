import { describe, expect, it } from "vitest";
import { VirtualClock } from "moldau-testing";
import { PollWatch } from "./poll-watch.js";

function watch(): { clock: VirtualClock; watch: PollWatch; state: { asked: number; waiting: boolean; stuck: number } } {
  const clock = new VirtualClock();
  const state = { asked: 0, waiting: false, stuck: 0 };
  const made = new PollWatch({
    clock,
    maxPollIntervalMs: 1000,
    asked: () => state.asked,
    isWaiting: () => state.waiting,
    stuck: () => state.stuck++,
  });
  return { clock, watch: made, state };
}

describe("the watch over an application", () => {
  it("notices that nothing was asked for in the whole interval, once", async () => {
    const { clock, watch: made, state } = watch();
    made.start();
    await clock.advance(999);
    expect(state.stuck).toBe(0);
    await clock.advance(1);
    expect(state.stuck).toBe(1);
    await clock.advance(10_000);
    expect([state.stuck, clock.armed]).toEqual([1, 0]);
  });

  it("lets an application go on that asks once in a while, and notices within a tenth of the interval when it stops", async () => {
    const { clock, watch: made, state } = watch();
    made.start();
    for (let round = 0; round < 20; round++) {
      await clock.advance(900);
      state.asked++;
    }
    expect(state.stuck).toBe(0);
    await clock.advance(1100);
    expect(state.stuck).toBe(1);
  });

  it("is not concerned while the application waits for messages", async () => {
    const { clock, watch: made, state } = watch();
    made.start();
    state.waiting = true;
    await clock.advance(60_000);
    expect(state.stuck).toBe(0);
    state.waiting = false;
    await clock.advance(1100);
    expect(state.stuck).toBe(1);
  });

  it("leaves no timer behind when it is stopped", () => {
    const { clock, watch: made } = watch();
    made.start();
    made.stop();
    expect(clock.armed).toBe(0);
  });
});
