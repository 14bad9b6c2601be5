import { KafkaError } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { initialState, transition, type TransactionEvent, type TransactionState } from "./transaction-state.js";

const identity = { producerId: 7n, producerEpoch: 3 };
const next = { producerId: 7n, producerEpoch: 4 };
const error = new KafkaError("TRANSACTION_ABORTABLE", "first");
const later = new KafkaError("PRODUCER_FENCED", "later");

const states: Readonly<Record<TransactionState["name"], TransactionState>> = {
  uninitialized: { name: "uninitialized", former: identity },
  initializing: { name: "initializing", former: identity },
  ready: { name: "ready", identity },
  "in transaction": { name: "in transaction", identity },
  "abortable error": { name: "abortable error", identity, error },
  committing: { name: "committing", identity },
  aborting: { name: "aborting", identity },
  undecided: { name: "undecided", identity },
  "fatal error": { name: "fatal error", error },
};

const events: Readonly<Record<string, TransactionEvent>> = {
  initialize: { type: "initialize" },
  initialized: { type: "initialized", identity: next },
  retry: { type: "retry" },
  begin: { type: "begin" },
  commit: { type: "commit" },
  abort: { type: "abort" },
  fail: { type: "fail", error: later },
  "ended with a new epoch": { type: "ended", identity: next, needsEpoch: false },
  "ended without one": { type: "ended", identity, needsEpoch: true },
  lost: { type: "lost" },
  stop: { type: "stop", error: later },
};

/** What each state makes of each event; what is missing is a fault of the program, and thrown. */
const expected: Readonly<Record<TransactionState["name"], Readonly<Record<string, TransactionState>>>> = {
  uninitialized: { initialize: states.initializing },
  initializing: { initialized: { name: "ready", identity: next }, retry: states.uninitialized },
  ready: { begin: states["in transaction"] },
  "in transaction": {
    commit: states.committing,
    abort: states.aborting,
    fail: { name: "abortable error", identity, error: later },
  },
  "abortable error": { abort: states.aborting, fail: states["abortable error"] },
  committing: {
    fail: { name: "abortable error", identity, error: later },
    "ended with a new epoch": { name: "ready", identity: next },
    "ended without one": states.uninitialized,
    lost: states.undecided,
  },
  aborting: {
    fail: states.aborting,
    "ended with a new epoch": { name: "ready", identity: next },
    "ended without one": states.uninitialized,
    lost: states.undecided,
  },
  undecided: {
    fail: states.undecided,
    "ended with a new epoch": { name: "ready", identity: next },
    "ended without one": states.uninitialized,
  },
  "fatal error": { fail: states["fatal error"], stop: states["fatal error"] },
};

describe.each(Object.values(states))("a producer in the state $name", (state) => {
  it.each(Object.entries(events))("takes %s as the drawing says", (name, event) => {
    const wanted =
      expected[state.name][name] ?? (event.type === "stop" ? { name: "fatal error", error: later } : undefined);
    if (wanted === undefined) expect(() => transition(state, event)).toThrow(`in the state "${state.name}"`);
    else expect(transition(state, event)).toEqual(wanted);
  });
});

it("a producer begins without an identity, and follows nobody", () => {
  expect(transition(initialState, { type: "initialize" })).toEqual({ name: "initializing", former: undefined });
});
