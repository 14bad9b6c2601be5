import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LifeSign } from "./hand-over.js";
import { idle, transition, type StandInCommand, type StandInEvent, type StandInState } from "./stand-in-state.js";

const limits = { patienceMs: 250, intervalMs: 500, maxPollIntervalMs: 3000 };

/** A main thread, a worker and a coordinator as plain numbers; a step is 50 ms. */
class Scene {
  state: StandInState = idle;
  now = 0;
  readonly sign = { breath: 0, asked: 0, isWaiting: false };
  readonly beats: number[] = [];
  hasTurn = false;
  isUnderWay = false;

  step(event: StandInEvent): readonly StandInCommand[] {
    const [state, commands] = transition(this.state, event, limits);
    this.state = state;
    for (const command of commands) this.#follow(command);
    assert.equal(this.hasTurn, state.name === "repeating");
    return commands;
  }

  look(): readonly StandInCommand[] {
    this.now += 50;
    return this.step({ type: "look", sign: this.#sign, now: this.now });
  }

  told(hasHeartbeat: boolean): void {
    this.step({ type: "told", hasHeartbeat, sign: this.#sign, now: this.now });
  }

  answered(refused = false): void {
    this.isUnderWay = false;
    this.step({ type: "answered", refused });
  }

  /** The main thread is blocked for a while, and heartbeats are answered at once. */
  blocked(ms: number): void {
    for (const end = this.now + ms; this.now < end;) {
      this.look();
      if (this.isUnderWay) this.answered();
    }
  }

  get #sign(): LifeSign {
    return { ...this.sign };
  }

  #follow(command: StandInCommand): void {
    switch (command) {
      case "take":
        assert.ok(!this.hasTurn);
        this.hasTurn = true;
        return;
      case "beat":
        assert.ok(this.hasTurn && !this.isUnderWay);
        this.isUnderWay = true;
        this.beats.push(this.now);
        return;
      case "giveBack":
        this.hasTurn = false;
    }
  }
}

function told(): Scene {
  const scene = new Scene();
  scene.told(true);
  return scene;
}

describe("a worker that stands in for a blocked main thread", () => {
  it("does nothing while the loop breathes, and heartbeats at the interval when it does not", () => {
    const scene = told();
    for (let turn = 0; turn < 40; turn++) {
      scene.sign.breath++;
      scene.sign.asked++;
      scene.look();
    }
    expect(scene.beats).toEqual([]);
    scene.blocked(1400);
    expect(scene.beats.map((at) => at - 2000)).toEqual([250, 750, 1250]);
    scene.sign.breath++;
    expect(scene.look()).toEqual(["giveBack"]);
  });

  it("gives the turn back behind the heartbeat that is under way, whether it sees the loop breathe or is asked", () => {
    for (const wakes of ["breath", "asked"] as const) {
      const scene = told();
      while (!scene.isUnderWay) scene.look();
      if (wakes === "breath") scene.sign.breath++;
      else scene.step({ type: "asked", now: scene.now });
      scene.look();
      expect(scene.hasTurn).toBe(true);
      scene.answered();
      expect(scene.hasTurn).toBe(false);
      scene.look();
      expect(scene.state.name).toBe("watching");
    }
  });

  it("keeps nothing alive for longer than maxPollIntervalMs after something was asked for, whatever the loop waited for when it died", () => {
    const scene = told();
    scene.sign.isWaiting = true;
    scene.sign.breath++;
    scene.look();
    scene.blocked(10_000);
    expect(scene.beats.at(-1)).toBeLessThan(3100);
    expect(scene.state.name).toBe("silent");
    scene.sign.breath++;
    scene.look();
    scene.blocked(500);
    expect(scene.state.name).toBe("repeating");
  });

  it("keeps an application alive no longer that does other things, and asks for nothing", () => {
    const scene = told();
    for (let turn = 0; turn < 50; turn++) {
      scene.sign.breath++;
      scene.look();
    }
    scene.blocked(2000);
    expect(scene.beats.length).toBeGreaterThan(0);
    expect(scene.beats.at(-1)).toBeLessThan(3000);
  });

  it("falls silent when the coordinator does not want to hear of it, until the loop breathes", () => {
    const scene = told();
    while (!scene.isUnderWay) scene.look();
    scene.answered(true);
    scene.blocked(5000);
    expect(scene.beats).toHaveLength(1);
  });

  it("never beats without the turn, never twice at a time, and is idle when there is nothing to repeat, whatever happens", () => {
    const what = fc.constantFrom(
      "look",
      "look",
      "look",
      "look",
      "breathe",
      "ask",
      "wait",
      "answer",
      "refuse",
      "asked",
      "told",
      "over",
    );
    fc.assert(
      fc.property(fc.array(what, { maxLength: 80 }), (steps) => {
        const scene = told();
        for (const step of steps) {
          if (step === "look") scene.look();
          else if (step === "breathe") scene.sign.breath++;
          else if (step === "ask") scene.sign.asked++;
          else if (step === "wait") scene.sign.isWaiting = !scene.sign.isWaiting;
          else if (step === "asked") scene.step({ type: "asked", now: scene.now });
          else if (step === "told") scene.told(true);
          else if (step === "over" && !scene.isUnderWay) scene.told(false);
          else if ((step === "answer" || step === "refuse") && scene.isUnderWay) scene.answered(step === "refuse");
        }
        if (!scene.isUnderWay) {
          scene.told(false);
          expect(scene.state).toEqual(idle);
        }
      }),
      { numRuns: 500 },
    );
  });
});
