import type { At, Key, Operation, Step, Value, Work } from "./operation.js";

/** What became of which kind of work, in short. */
type Outcome = `${"ok" | "fail" | "info"} ${Work["f"]}`;

/** Writes a history by hand: each call is an operation from beginning to end, one after the other, unless it is begun and ended by itself. */
export class ScriptedHistory {
  readonly operations: Operation[] = [];

  /** One thing that a process did, and what became of it. */
  did(process: number, what: Outcome, value: readonly Step[], more: Partial<Work> = {}): this {
    return this.begins(process, workOf(what).f, value).ends(process, what, value, more);
  }

  begins(process: number, f: Work["f"], value: readonly Step[]): this {
    return this.#add({ type: "invoke", process, f, value, time: this.now });
  }

  ends(process: number, what: Outcome, value: readonly Step[], more: Partial<Work> = {}): this {
    const { type, f } = workOf(what);
    return this.#add({ type, process, f, value, time: this.now, ...more });
  }

  places(process: number, f: "subscribe" | "assign", value: readonly Key[]): this {
    this.#add({ type: "invoke", process, f, value, time: this.now });
    return this.#add({ type: "ok", process, f, value, time: this.now });
  }

  /** When the next line is written. */
  get now(): number {
    return this.operations.length * 1_000;
  }

  #add(operation: Operation): this {
    this.operations.push(operation);
    return this;
  }
}

function workOf(what: Outcome): Pick<Work, "type" | "f"> {
  const [type, f] = what.split(" ") as [Work["type"], Work["f"]];
  return { type, f };
}

/** What one operation sent to a key. */
export function sends(key: Key, ...messages: readonly At<number | null>[]): readonly Step[] {
  return messages.map((message) => ["send", key, message]);
}

/** What one poll brought from a key. */
export function polls(key: Key, ...messages: readonly (readonly [number, Value])[]): Step {
  return ["poll", { [key]: messages }];
}
