import { errorByCode } from "@moldau/protocol-codec";
import { describe, expect, test } from "vitest";
import type { Outcome } from "./outcome.js";
import type { Transaction } from "./state.js";
import { transition, type TransactionEvent } from "./transition.js";

const nowMs = 10_000;
const orders = { topic: "orders", partition: 0 };
const payments = { topic: "payments", partition: 1 };

const facts = {
  producerId: 1000n,
  producerEpoch: 5,
  lastProducerEpoch: 4,
  previousProducerId: 1000n,
  timeoutMs: 60_000,
  lastUpdateMs: 9000,
  clientTransactionVersion: 0,
} as const;
const open = { startMs: 8000, partitions: [orders] } as const;

const states = {
  none: undefined,
  Empty: { ...facts, state: "Empty" },
  Ongoing: { ...facts, ...open, state: "Ongoing" },
  PrepareCommit: { ...facts, ...open, state: "PrepareCommit", nextProducerId: -1n },
  PrepareAbort: { ...facts, ...open, state: "PrepareAbort", nextProducerId: -1n },
  CompleteCommit: { ...facts, state: "CompleteCommit", startMs: 8000 },
  CompleteAbort: { ...facts, state: "CompleteAbort", startMs: 8000 },
} as const satisfies Record<string, Transaction | undefined>;

const present = { producerId: 1000n, producerEpoch: 5 };
const before = { producerId: 1000n, producerEpoch: 4 };
const older = { producerId: 1000n, producerEpoch: 3 };
const other = { producerId: 999n, producerEpoch: 5 };

const init = (expected: typeof present | undefined, level: 0 | 1 | 2 = 2): TransactionEvent => ({
  type: "initProducer",
  timeoutMs: 30_000,
  expected,
  level,
  nowMs,
});
const add = (producer: typeof present, partition = payments): TransactionEvent => ({
  type: "addPartitions",
  producer,
  partitions: [partition],
  version: 0,
  nowMs,
});
const end = (what: "commit" | "abort", version: 0 | 2, producer = present): TransactionEvent => ({
  type: "end",
  producer,
  isCommit: what === "commit",
  version,
  nowMs,
});

const events = {
  "init of a new one": init(undefined),
  "init of a new one, version 0": init(undefined, 0),
  "init of the present one": init(present),
  "init repeated": init(before),
  "init of an older one": init(older),
  "init of another": init(other),
  add: add(present),
  "add what is there": add(present, orders),
  "add of a fenced one": add(before),
  "add of another": add(other),
  "commit 0": end("commit", 0),
  "abort 0": end("abort", 0),
  "commit 0 of a fenced one": end("commit", 0, before),
  "abort 0 of another": end("abort", 0, other),
  "commit 2": end("commit", 2),
  "abort 2": end("abort", 2),
  "commit 2 repeated": end("commit", 2, before),
  "abort 2 repeated": end("abort", 2, before),
  "abort 2 of a fenced one": end("abort", 2, older),
  "abort 2 of another": end("abort", 2, other),
  "fence 0": { type: "fence", level: 0, nowMs },
  "fence 2": { type: "fence", level: 2, nowMs },
  "markers written": { type: "markersWritten", nowMs },
  "expiry, too soon": { type: "expire", nowMs, expirationMs: 1001 },
  expiry: { type: "expire", nowMs, expirationMs: 1000 },
} as const satisfies Record<string, TransactionEvent>;

type Row = Readonly<Record<keyof typeof events, string>>;

const concurrent = "CONCURRENT_TRANSACTIONS";
const fenced = "PRODUCER_FENCED";
const mapping = "INVALID_PRODUCER_ID_MAPPING";
const invalid = "INVALID_TXN_STATE";

const initAtRest = {
  "init of a new one": "Empty 6",
  "init of a new one, version 0": "Empty 6",
  "init of the present one": "Empty 6",
  "init repeated": "Empty 5",
  "init of an older one": fenced,
  "init of another": fenced,
} as const;

const addAtRest = {
  add: "Ongoing 5",
  "add what is there": "Ongoing 5",
  "add of a fenced one": fenced,
  "add of another": mapping,
} as const;

const strangers = {
  "commit 0 of a fenced one": fenced,
  "abort 0 of another": mapping,
  "abort 2 of a fenced one": fenced,
  "abort 2 of another": mapping,
} as const;

const nothingToFence = { "fence 0": "stays", "fence 2": "stays" } as const;

const decided: Omit<Row, "markers written"> = {
  "init of a new one": concurrent,
  "init of a new one, version 0": concurrent,
  "init of the present one": concurrent,
  "init repeated": concurrent,
  "init of an older one": concurrent,
  "init of another": concurrent,
  add: concurrent,
  "add what is there": concurrent,
  "add of a fenced one": concurrent,
  "add of another": concurrent,
  "commit 0": concurrent,
  "abort 0": concurrent,
  "commit 0 of a fenced one": fenced,
  "abort 0 of another": mapping,
  "commit 2": concurrent,
  "abort 2": concurrent,
  "commit 2 repeated": concurrent,
  "abort 2 repeated": concurrent,
  "abort 2 of a fenced one": concurrent,
  "abort 2 of another": concurrent,
  ...nothingToFence,
  "expiry, too soon": "stays",
  expiry: "stays",
};

/** What becomes of each state by each event: the state and the epoch after it, an error, or `stays`, `dies`. */
const table: Readonly<Record<keyof typeof states, Row>> = {
  none: {
    "init of a new one": "needsProducerId",
    "init of a new one, version 0": "needsProducerId",
    "init of the present one": "needsProducerId",
    "init repeated": "needsProducerId",
    "init of an older one": "needsProducerId",
    "init of another": "needsProducerId",
    add: mapping,
    "add what is there": mapping,
    "add of a fenced one": mapping,
    "add of another": mapping,
    "commit 0": mapping,
    "abort 0": mapping,
    "commit 0 of a fenced one": mapping,
    "abort 0 of another": mapping,
    "commit 2": mapping,
    "abort 2": mapping,
    "commit 2 repeated": mapping,
    "abort 2 repeated": mapping,
    "abort 2 of a fenced one": mapping,
    "abort 2 of another": mapping,
    "fence 0": mapping,
    "fence 2": mapping,
    "markers written": mapping,
    "expiry, too soon": mapping,
    expiry: mapping,
  },
  Empty: {
    ...initAtRest,
    ...addAtRest,
    ...strangers,
    "commit 0": invalid,
    "abort 0": invalid,
    "commit 2": invalid,
    "abort 2": "PrepareAbort 6",
    "commit 2 repeated": fenced,
    "abort 2 repeated": fenced,
    ...nothingToFence,
    "markers written": "stays",
    "expiry, too soon": "stays",
    expiry: "dies",
  },
  Ongoing: {
    "init of a new one": "PrepareAbort 6",
    "init of a new one, version 0": "PrepareAbort 6",
    "init of the present one": "PrepareAbort 6",
    "init repeated": "PrepareAbort 6",
    "init of an older one": "PrepareAbort 6",
    "init of another": fenced,
    add: "Ongoing 5",
    "add what is there": "stays",
    "add of a fenced one": fenced,
    "add of another": mapping,
    ...strangers,
    "commit 0": "PrepareCommit 5",
    "abort 0": "PrepareAbort 5",
    "commit 2": "PrepareCommit 6",
    "abort 2": "PrepareAbort 6",
    "commit 2 repeated": fenced,
    "abort 2 repeated": fenced,
    "fence 0": "PrepareAbort 6",
    "fence 2": "PrepareAbort 6",
    "markers written": "stays",
    "expiry, too soon": "stays",
    expiry: "stays",
  },
  PrepareCommit: { ...decided, "markers written": "CompleteCommit 5" },
  PrepareAbort: { ...decided, "markers written": "CompleteAbort 5" },
  CompleteCommit: {
    ...initAtRest,
    ...addAtRest,
    ...strangers,
    "commit 0": "stays",
    "abort 0": invalid,
    "commit 2": invalid,
    "abort 2": "PrepareAbort 6",
    "commit 2 repeated": "stays",
    "abort 2 repeated": invalid,
    ...nothingToFence,
    "markers written": "stays",
    "expiry, too soon": "stays",
    expiry: "dies",
  },
  CompleteAbort: {
    ...initAtRest,
    ...addAtRest,
    ...strangers,
    "commit 0": invalid,
    "abort 0": "stays",
    "commit 2": invalid,
    "abort 2": "PrepareAbort 6",
    "commit 2 repeated": invalid,
    "abort 2 repeated": "stays",
    ...nothingToFence,
    "markers written": "stays",
    "expiry, too soon": "stays",
    expiry: "dies",
  },
};

function told(outcome: Outcome): string {
  if (outcome.type === "refused") return errorByCode(outcome.errorCode).name;
  return outcome.type === "moves" ? `${outcome.to.state} ${outcome.to.producerEpoch}` : outcome.type;
}

test.each(Object.entries(states))("%s: each event does what it does on Apache Kafka", (name, state) => {
  const row = Object.entries(events).map(([event, happening]) => [event, told(transition(state, happening))]);
  expect(Object.fromEntries(row)).toEqual(Object.entries(table).find(([each]) => each === name)?.[1]);
});

describe("what stands behind the change", () => {
  const to = (state: Transaction | undefined, event: TransactionEvent, newProducerId?: bigint): Transaction => {
    const outcome = transition(state, event, newProducerId);
    if (outcome.type !== "moves") throw new Error(told(outcome));
    return outcome.to;
  };

  test("an id that begins is its own predecessor, at epoch 0", () => {
    expect(to(undefined, init(undefined), 7n)).toEqual({
      state: "Empty",
      producerId: 7n,
      producerEpoch: 0,
      lastProducerEpoch: -1,
      previousProducerId: 7n,
      timeoutMs: 30_000,
      lastUpdateMs: nowMs,
      clientTransactionVersion: 0,
    });
  });

  test("the first partition begins a transaction, the next ones leave its beginning", () => {
    const begun = to(states.CompleteAbort, add(present));
    expect(begun).toMatchObject({ startMs: nowMs, partitions: [payments], lastUpdateMs: nowMs });
    expect(to(states.Ongoing, add(present))).toMatchObject({ startMs: 8000, partitions: [orders, payments] });
  });

  test("an abort of nothing begins and ends at once, and touches no partition", () => {
    expect(to(states.Empty, end("abort", 2))).toMatchObject({ startMs: nowMs, partitions: [] });
  });

  test("an init that continues remembers the epoch that it raised, one that begins forgets it", () => {
    expect(to(states.Empty, init(present))).toMatchObject({ lastProducerEpoch: 5, timeoutMs: 30_000 });
    expect(to(states.Empty, init(undefined))).toMatchObject({ lastProducerEpoch: -1 });
    expect(to(states.Empty, init(before))).toMatchObject({ lastProducerEpoch: 4 });
  });

  test("a fenced producer has no epoch to come back with before version 2", () => {
    expect(to(states.Ongoing, events["fence 0"])).toMatchObject({ lastProducerEpoch: -1, clientTransactionVersion: 0 });
    expect(to(states.Ongoing, events["fence 2"])).toMatchObject({ lastProducerEpoch: 5, clientTransactionVersion: 2 });
  });
});

describe("when the epochs of a producer id are used up", () => {
  const exhausted = { producerEpoch: 32_766, lastProducerEpoch: 32_765 };
  const last = { producerId: 1000n, producerEpoch: 32_766 };

  test("an init gives a new id, and knows the request again by the last epoch of the old one", () => {
    const state: Transaction = { ...states.Empty, ...exhausted };
    expect(transition(state, init(last))).toEqual({ type: "needsProducerId" });
    const outcome = transition(state, init(last), 2000n);
    expect(outcome).toMatchObject({ to: { producerId: 2000n, producerEpoch: 0, previousProducerId: 1000n } });
    const rotated = outcome.type === "moves" ? outcome.to : undefined;
    expect(transition(rotated, init(last))).toMatchObject({ to: { producerId: 2000n, producerEpoch: 0 } });
    expect(told(transition(rotated, init({ ...last, producerEpoch: 32_765 })))).toBe(fenced);
  });

  test("a repeated init whose answer was the last epoch has no answer, as on Apache Kafka", () => {
    const state: Transaction = { ...states.Empty, ...exhausted };
    expect(told(transition(state, init({ ...last, producerEpoch: 32_765 })))).toBe("UNKNOWN_SERVER_ERROR");
  });

  test.each(["commit", "abort"] as const)(
    "a %s under version 2 ends at the epoch no client has, then goes on with a new id",
    (what) => {
      const state: Transaction = { ...states.Ongoing, ...exhausted };
      expect(transition(state, end(what, 2, last))).toEqual({ type: "needsProducerId" });
      const outcome = transition(state, end(what, 2, last), 2000n);
      expect(outcome).toMatchObject({ to: { producerId: 1000n, producerEpoch: 32_767, nextProducerId: 2000n } });
      const ended = outcome.type === "moves" ? outcome.to : undefined;
      const completed = transition(ended, events["markers written"]);
      expect(completed).toMatchObject({
        to: { producerId: 2000n, producerEpoch: 0, previousProducerId: 1000n, lastProducerEpoch: 32_766 },
      });
      const again = completed.type === "moves" ? completed.to : undefined;
      expect(told(transition(again, end(what, 2, last)))).toBe("stays");
      expect(told(transition(again, end(what === "commit" ? "abort" : "commit", 2, last)))).toBe(invalid);
    },
  );

  test("an abort at the last epoch of all stays there", () => {
    const state: Transaction = { ...states.Ongoing, producerEpoch: 32_767 };
    const producer = { producerId: 1000n, producerEpoch: 32_767 };
    expect(transition(state, end("abort", 2, producer), 2000n)).toMatchObject({
      to: { state: "PrepareAbort", producerEpoch: 32_767, nextProducerId: 2000n },
    });
    expect(transition(state, events["fence 0"])).toMatchObject({ to: { producerEpoch: 32_767 } });
  });

  test("a fence takes the epoch that was kept for it, and the next init a new id", () => {
    const outcome = transition({ ...states.Ongoing, ...exhausted }, events["fence 0"]);
    expect(outcome).toMatchObject({ to: { producerId: 1000n, producerEpoch: 32_767, nextProducerId: -1n } });
    const fencedOff = outcome.type === "moves" ? outcome.to : undefined;
    const completed = transition(fencedOff, events["markers written"]);
    const rest = completed.type === "moves" ? completed.to : undefined;
    expect(transition(rest, init(undefined), 2000n)).toMatchObject({ to: { producerId: 2000n, producerEpoch: 0 } });
  });
});
