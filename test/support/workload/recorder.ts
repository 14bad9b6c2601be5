import type { Clock } from "@moldau/platform";
import type { Key, Operation, Step, Work } from "../history/operation.js";

/** Writes down what processes do. */
export class Recorder {
  readonly history: Operation[] = [];
  readonly #clock: Clock;
  #processes = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A number for a new process. */
  newProcess(): number {
    return this.#processes++;
  }

  /** Now, as histories tell it. */
  get time(): number {
    return this.#clock.monotonic() * 1_000_000;
  }

  begin(process: number, f: Work["f"], value: readonly Step[]): Recording {
    this.history.push({ type: "invoke", process, f, value, time: this.time });
    return new Recording(this, process, f);
  }

  /** A process reads these keys from now on. */
  subscribed(process: number, keys: readonly Key[]): void {
    for (const type of ["invoke", "ok"] as const)
      this.history.push({ type, process, f: "subscribe", value: keys, time: this.time });
  }

  crashed(process: number): void {
    for (const type of ["invoke", "info"] as const)
      this.history.push({ type, process, f: "crash", value: null, time: this.time });
  }
}

/** An operation that is under way: its steps are added as they happen, and it is ended once. */
export class Recording {
  readonly #recorder: Recorder;
  readonly #process: number;
  readonly #f: Work["f"];
  readonly #steps: Step[] = [];
  #more: Partial<Work> = {};

  constructor(recorder: Recorder, process: number, f: Work["f"]) {
    this.#recorder = recorder;
    this.#process = process;
    this.#f = f;
  }

  /** Keeps the place of a step whose outcome comes later, and gives a function that puts it there. */
  step(step: Step): (step: Step) => void {
    const at = this.#steps.push(step) - 1;
    return (known) => void (this.#steps[at] = known);
  }

  /** Tells more of the operation. */
  note(more: Pick<Work, "commitTime" | "group" | "rebalance-log">): void {
    this.#more = { ...this.#more, ...more };
  }

  /** Whether the commit was asked for. */
  get isCommitting(): boolean {
    return this.#more.commitTime !== undefined;
  }

  /** Notes that the commit is asked for now. */
  committing(): void {
    this.note({ commitTime: this.#recorder.time });
  }

  end(type: "ok" | "fail" | "info", reason?: unknown): void {
    const error = reason === undefined ? {} : { error: String(reason) };
    const said = { type, process: this.#process, f: this.#f, value: [...this.#steps], time: this.#recorder.time };
    this.#recorder.history.push({ ...said, ...this.#more, ...error });
  }
}
