import { setImmediate } from "node:timers";
import { sleepOn, type Clock, type Timer } from "@moldau/platform";

interface Alarm {
  /** By the monotonic time. */
  readonly at: number;
  readonly fire: () => void;
}

/** A clock that stands still until a test moves it. Its two times begin far apart, so that nobody takes the one for the other. */
export class VirtualClock implements Clock {
  #wallOffset: number;
  #elapsed = 1_000;
  #soonUnderWay = 0;
  readonly #alarms = new Set<Alarm>();

  /** `startMs` is what {@link now} says at first, in milliseconds since 1970. */
  constructor(startMs = 1_700_000_000_000) {
    this.#wallOffset = startMs - this.#elapsed;
  }

  now(): number {
    return this.#elapsed + this.#wallOffset;
  }

  monotonic(): number {
    return this.#elapsed;
  }

  timer(ms: number, fire: () => void): Timer {
    // Whole, as the times are; a timer may be late, and never early.
    const alarm = { at: this.#elapsed + Math.ceil(Math.max(0, ms)), fire };
    this.#alarms.add(alarm);
    return { cancel: () => void this.#alarms.delete(alarm) };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal);
  }

  soon(run: () => void): void {
    this.#soonUnderWay += 1;
    setImmediate(() => {
      this.#soonUnderWay -= 1;
      run();
    });
  }

  /** Sets the wall clock forward, or back by a negative number, as people and time servers do. No time passes. */
  setWallClock(byMs: number): void {
    this.#wallOffset += byMs;
  }

  /** Number of timers that have not fired. */
  get armed(): number {
    return this.#alarms.size;
  }

  /** How long until the next timer fires, in milliseconds; undefined when none is set. */
  get nextIn(): number | undefined {
    const next = this.#next();
    return next === undefined ? undefined : Math.max(0, next.at - this.#elapsed);
  }

  /** Lets `ms` pass. What falls due happens in order, one timer after the other, and what follows from each happens before the next. */
  async advance(ms: number): Promise<void> {
    const end = this.#elapsed + ms;
    await this.#rest();
    for (let next = this.#next(); next !== undefined && next.at <= end; next = this.#next()) {
      this.#fire(next);
      await this.#rest();
    }
    this.#elapsed = end;
    await this.#rest();
  }

  /**
   * Lets as much time pass as `work` needs to come to its end, and gives what it comes to. Takes no real time but for what is computed.
   *
   * Fails when nothing is left that could go on, or after `limitMs` (default: a day).
   */
  async run<Result>(work: Promise<Result>, limitMs = 86_400_000): Promise<Result> {
    const end = this.#elapsed + limitMs;
    let isOver = false;
    const settle = (): void => {
      isOver = true;
    };
    work.then(settle, settle);
    for (await this.#rest(); !isOver; await this.#rest()) {
      const next = this.#next();
      if (next === undefined) throw new Error("The work waits for something that no timer brings");
      if (next.at > end) throw new Error(`The work is not over after ${limitMs} ms`);
      this.#fire(next);
    }
    return work;
  }

  /** The earliest of the timers; among equals the one that was set first. */
  #next(): Alarm | undefined {
    let next: Alarm | undefined;
    for (const alarm of this.#alarms) if (next === undefined || alarm.at < next.at) next = alarm;
    return next;
  }

  #fire(alarm: Alarm): void {
    this.#elapsed = Math.max(this.#elapsed, alarm.at);
    this.#alarms.delete(alarm);
    alarm.fire();
  }

  /** Lets everything happen that needs no time: a turn of the event loop ends all promises, and only {@link soon} asks for another one. */
  async #rest(): Promise<void> {
    do await turns(1);
    while (this.#soonUnderWay > 0);
  }
}

/** Lets the event loop go round until everything has come to rest that needs no time. */
export async function turns(count = 8): Promise<void> {
  for (let turn = 0; turn < count; turn++) await new Promise<void>((resolve) => void setImmediate(resolve));
}
