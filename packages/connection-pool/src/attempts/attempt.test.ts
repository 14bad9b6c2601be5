import { getEventListeners } from "node:events";
import { kafkaError, type KafkaError } from "@moldau/protocol-codec";
import { turns, VirtualClock } from "moldau-testing";
import { describe, expect, it } from "vitest";
import { clientClosed, connectionFailed } from "../errors.js";
import { attempt, gaveUp, type AttemptPace } from "./attempt.js";
import { SharedWork, type SharedContext } from "./shared-work.js";
import { isSignal, onAbort } from "@moldau/platform";
import { linkSignals } from "./signals.js";

const refused = connectionFailed("Refused.");
const forbidden = kafkaError(29);

function paceOf(clock: VirtualClock): AttemptPace {
  return { clock, random: () => 0.5, retry: { initialDelayMs: 100, maxDelayMs: 400, multiplier: 2, jitter: 0 } };
}

/** Makes work that fails by these errors, one after another, and succeeds at last. */
function failing(...errors: readonly unknown[]): () => Promise<string> {
  const left = [...errors];
  return () => (left.length > 0 ? Promise.reject(left.shift()) : Promise.resolve("done"));
}

function outcomeOf(work: Promise<unknown>): { value?: unknown; error?: unknown } {
  const outcome: { value?: unknown; error?: unknown } = {};
  work.then(
    (value) => (outcome.value = value),
    (error: unknown) => (outcome.error = error),
  );
  return outcome;
}

describe("attempts", () => {
  it("are repeated after growing waits, each of them told, and hear why the one before failed", async () => {
    const clock = new VirtualClock();
    const [told, heard]: [number[], unknown[]] = [[], []];
    const work = failing(refused, refused, refused, refused);
    const outcome = outcomeOf(
      attempt((last) => (heard.push(last), work()), {
        pace: paceOf(clock),
        retrying: ({ delayMs }) => told.push(delayMs),
      }),
    );
    await clock.advance(1099);
    expect(outcome).toEqual({});
    await clock.advance(1);
    expect(outcome).toEqual({ value: "done" });
    expect(told).toEqual([100, 200, 400, 400]);
    expect(heard).toEqual([undefined, refused, refused, refused, refused]);
    expect(clock.armed).toBe(0);
  });

  it("end at once with what does not pass, whatever was thrown", async () => {
    const pace = paceOf(new VirtualClock());
    await expect(attempt(failing(forbidden), { pace })).rejects.toBe(forbidden);
    await expect(attempt(failing(new TypeError("a mistake")), { pace })).rejects.toMatchObject({
      code: "CLIENT_UNEXPECTED",
      message: "a mistake",
    });
    await expect(attempt(failing(refused), { pace, mayRepeat: () => false })).rejects.toBe(refused);
  });

  it("end before a wait that would outlast the deadline, with the last failure", async () => {
    const clock = new VirtualClock();
    const deadline = clock.monotonic() + 300;
    const late = (last: KafkaError): KafkaError => gaveUp("No answer within 300 ms", last);
    const outcome = outcomeOf(attempt(failing(refused, refused, refused), { pace: paceOf(clock), deadline, late }));
    await clock.advance(100);
    expect(outcome.error).toMatchObject({
      code: "CLIENT_CONNECTION_FAILED",
      message: "No answer within 300 ms: Refused.",
      retriable: true,
      written: false,
      cause: refused,
    });
  });

  it.each([0, 1])("end when one of their signals fires, and leave no listener on any (signal %i)", async (which) => {
    const clock = new VirtualClock();
    const stops = [new AbortController(), new AbortController()];
    const signals = stops.map(({ signal }) => signal);
    const outcome = outcomeOf(attempt(failing(refused, refused), { pace: paceOf(clock), signals }));
    await turns();
    const reason = which === 0 ? "enough" : clientClosed("The client");
    stops[which]?.abort(reason);
    await turns();
    if (which === 0) expect(outcome.error).toMatchObject({ code: "CLIENT_ABORTED", cause: "enough" });
    else expect(outcome.error).toBe(reason);
    expect(signals.map((signal) => getEventListeners(signal, "abort").length)).toEqual([0, 0]);
    expect(clock.armed).toBe(0);
  });
});

describe("signals", () => {
  it("are heeded by any number of calls without a warning, and let go of", async () => {
    const warnings: unknown[] = [];
    const listener = (warning: unknown): void => void warnings.push(warning);
    process.on("warning", listener);
    const stop = new AbortController();
    const taken = Array.from({ length: 50 }, () => onAbort(stop.signal, () => undefined));
    const links = Array.from({ length: 50 }, () => linkSignals(stop.signal, undefined));
    expect(getEventListeners(stop.signal, "abort")).toHaveLength(100);
    for (const take of taken) take();
    for (const { unlink } of links) unlink();
    expect(getEventListeners(stop.signal, "abort")).toHaveLength(0);
    // Node warns in a later tick.
    await new Promise(setImmediate);
    process.off("warning", listener);
    expect(warnings).toEqual([]);
  });

  it("of other makers are heeded as well", () => {
    const listeners = new Set<() => void>();
    const foreign: unknown = {
      aborted: false,
      reason: undefined,
      addEventListener: (_: string, listener: () => void) => listeners.add(listener),
      removeEventListener: (_: string, listener: () => void) => listeners.delete(listener),
    };
    if (!isSignal(foreign)) throw new Error("it is taken for no signal");
    const take = onAbort(foreign, () => undefined);
    expect(listeners.size).toBe(1);
    take();
    expect(listeners.size).toBe(0);
  });
});

describe("shared work", () => {
  function share(): {
    work: SharedWork<string>;
    context: SharedContext;
    finish: (value: string) => void;
    ended: number[];
  } {
    let finish: (value: string) => void = () => undefined;
    const ended: number[] = [];
    const contexts: SharedContext[] = [];
    const work = new SharedWork<string>(
      (context) => {
        contexts.push(context);
        return new Promise((resolve) => (finish = resolve));
      },
      () => ended.push(1),
    );
    const [context] = contexts;
    if (context === undefined) throw new Error("it has not begun");
    return { work, context, finish: (value) => finish(value), ended };
  }

  it("goes on for the others when one gives up, who hears what it last failed by", async () => {
    const clock = new VirtualClock();
    const { work, context, finish } = share();
    const told: number[] = [];
    const [first, second, third] = [10, 50, undefined].map((timeoutMs) =>
      outcomeOf(work.wait({ clock, what: "Nothing came", timeoutMs, retrying: ({ delayMs }) => told.push(delayMs) })),
    );
    await clock.advance(10);
    expect(first?.error).toMatchObject({ code: "CLIENT_REQUEST_TIMEOUT", message: "Nothing came." });
    context.retrying({ error: refused, delayMs: 7 });
    await clock.advance(40);
    expect(second?.error).toMatchObject({ code: "CLIENT_CONNECTION_FAILED", message: "Nothing came: Refused." });
    expect(told).toEqual([7, 7]);
    expect(context.signal.aborted).toBe(false);
    finish("it");
    await turns();
    expect(third).toEqual({ value: "it" });
  });

  it("ends when nobody waits any more", async () => {
    const clock = new VirtualClock();
    const { work, context, ended } = share();
    const stop = new AbortController();
    const outcomes = [
      outcomeOf(work.wait({ clock, what: "Nothing came", signal: stop.signal })),
      outcomeOf(work.wait({ clock, what: "Nothing came", timeoutMs: 5 })),
    ];
    stop.abort();
    await clock.advance(4);
    expect([outcomes[0]?.error !== undefined, context.signal.aborted]).toEqual([true, false]);
    await clock.advance(1);
    expect([context.signal.aborted, ended.length]).toEqual([true, 1]);
  });
});
