import { describe, expect, it } from "vitest";
import { HandOver } from "./hand-over.js";

describe("the turn to heartbeat", () => {
  it("is one thread's at a time: the worker may take it at any time, and the main thread has it when it is given back", () => {
    const main = new HandOver();
    const worker = new HandOver(main.memory);
    expect(main.claim()).toBe(true);
    main.release();
    worker.take();
    expect(main.claim()).toBe(false);
    main.release();
    expect(main.claim()).toBe(false);
    worker.giveBack();
    expect(main.claim()).toBe(true);
    worker.take();
    main.release();
    expect(main.claim()).toBe(false);
  });

  it("is not given back by who does not have it", () => {
    const main = new HandOver();
    const worker = new HandOver(main.memory);
    main.claim();
    worker.giveBack();
    worker.take();
    expect(main.claim()).toBe(false);
  });

  it("goes with what the main thread shows of itself, also when its counters have gone round", () => {
    const main = new HandOver();
    const worker = new HandOver(main.memory);
    const before = worker.lifeSign;
    main.breathe(2 ** 32 + 5, true);
    const { breath, asked, isWaiting } = worker.lifeSign;
    expect([breath === before.breath, asked, isWaiting]).toEqual([false, 5, true]);
  });
});
