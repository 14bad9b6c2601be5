import { describe, expect, it } from "vitest";
import { checkHistory } from "./check-history.js";
import type { AnomalyName } from "./finding.js";
import { polls, ScriptedHistory, sends } from "./scripted-history.js";

/** The names of what is wrong, and of what is odd. */
function namesIn(history: ScriptedHistory): {
  readonly anomalies: readonly AnomalyName[];
  readonly allowed: readonly AnomalyName[];
} {
  const { anomalies, allowed } = checkHistory(history.operations);
  return { anomalies: anomalies.map(({ anomaly }) => anomaly), allowed: allowed.map(({ anomaly }) => anomaly) };
}

/** What two transactions on two keys leave behind: offsets 2 of key 0 and 1 of key 1 are their markers. */
function twoTransactions(): ScriptedHistory {
  return new ScriptedHistory()
    .did(0, "ok txn", [...sends(0, [0, 1], [1, 2]), ...sends(1, [0, 3])])
    .did(1, "ok txn", [...sends(0, [3, 4]), ...sends(1, [2, 5])]);
}

describe("a good history", () => {
  it("has no anomaly", () => {
    const history = twoTransactions()
      .places(2, "assign", [0, 1])
      .did(2, "ok poll", [polls(0, [0, 1], [1, 2]), polls(1, [0, 3])])
      .did(2, "ok poll", [polls(0, [3, 4]), polls(1, [2, 5])]);
    expect(namesIn(history)).toEqual({ anomalies: [], allowed: [] });
  });

  it("may have transactions that share a partition", () => {
    const history = new ScriptedHistory()
      .begins(0, "txn", sends(0, [0, 1]))
      .did(1, "ok txn", sends(0, [1, 2]))
      .ends(0, "ok txn", sends(0, [0, 1], [2, 3]))
      .did(2, "ok poll", [polls(0, [0, 1], [1, 2], [2, 3])]);
    expect(namesIn(history)).toEqual({ anomalies: [], allowed: ["int-send-skip", "G0"] });
  });

  it("may have a transaction that is aborted, reads the same again, and is not seen", () => {
    const history = new ScriptedHistory()
      .did(0, "ok txn", sends(0, [0, 1], [1, 2]))
      .did(1, "fail txn", [polls(0, [0, 1]), ...sends(1, [0, 3])], { group: "g" })
      .did(1, "ok txn", [polls(0, [0, 1], [1, 2]), ...sends(1, [2, 4])], { group: "g" })
      .did(2, "ok poll", [polls(1, [2, 4])]);
    expect(namesIn(history)).toEqual({ anomalies: [], allowed: [] });
  });

  it("may be empty", () => expect(namesIn(new ScriptedHistory())).toEqual({ anomalies: [], allowed: [] }));
});

describe("an operation of which nobody knows", () => {
  it("does not count when nobody saw anything of it", () => {
    const history = new ScriptedHistory()
      .did(0, "info txn", [["send", 0, 1]])
      .did(0, "ok txn", sends(0, [3, 2]))
      .did(1, "ok poll", [polls(0, [3, 2])]);
    expect(namesIn(history)).toEqual({ anomalies: [], allowed: [] });
  });

  it("counts as a whole when one of its values was seen: the others are lost", () => {
    const history = new ScriptedHistory()
      .did(0, "info txn", sends(0, [0, 1], [1, 2]), { commitTime: 500 })
      .did(0, "ok txn", sends(0, [3, 3]))
      .did(1, "ok poll", [polls(0, [0, 1], [3, 3])], { "rebalance-log": [{ keys: [0] }] });
    expect(namesIn(history).anomalies).toEqual(["lost-write"]);
  });

  it("is one that never ended, too", () => {
    const history = new ScriptedHistory()
      .begins(0, "txn", [
        ["send", 0, 1],
        ["send", 1, 2],
      ])
      .did(1, "ok poll", [polls(0, [0, 1])]);
    expect(namesIn(history).anomalies).toEqual(["unseen"]);
  });

  it("may have moved its process on, or not", () => {
    const begun = (): ScriptedHistory =>
      new ScriptedHistory()
        .did(0, "ok send", sends(0, [0, 1], [1, 2], [2, 3]))
        .did(1, "ok poll", [polls(0, [0, 1])])
        .did(1, "info txn", [polls(0, [1, 2])], { group: "g" });
    const again = begun().did(1, "ok poll", [polls(0, [1, 2], [2, 3])]);
    const onwards = begun().did(1, "ok poll", [polls(0, [2, 3])]);
    expect(namesIn(again).anomalies).toEqual([]);
    // What it polled itself is not known to have counted for anybody.
    expect(namesIn(onwards).anomalies).toEqual(["lost-write"]);
  });
});

describe("the anomaly", () => {
  it("inconsistent-offsets: an offset with two values", () => {
    const history = new ScriptedHistory()
      .did(0, "ok send", sends(0, [0, 1]))
      .did(0, "ok send", sends(0, [1, 2]))
      .did(1, "ok poll", [polls(0, [0, 1])])
      .did(2, "ok poll", [polls(0, [0, 2])]);
    expect(namesIn(history).anomalies).toContain("inconsistent-offsets");
  });

  it("duplicate: a value at two offsets", () => {
    const history = new ScriptedHistory()
      .did(0, "ok send", sends(0, [0, 1]))
      .did(1, "ok poll", [polls(0, [0, 1], [1, 1])]);
    expect(namesIn(history).anomalies).toContain("duplicate");
  });

  it("G1a: a value of an aborted transaction is polled", () => {
    const history = new ScriptedHistory().did(0, "fail txn", sends(0, [0, 1])).did(1, "ok poll", [polls(0, [0, 1])]);
    expect(namesIn(history).anomalies).toEqual(["G1a"]);
  });

  it("G1a: a value that nobody sent is polled", () => {
    expect(namesIn(new ScriptedHistory().did(1, "ok poll", [polls(0, [0, 1])])).anomalies).toEqual(["G1a"]);
  });

  it("precommitted-read: a transaction polls what it sent", () => {
    const history = new ScriptedHistory().did(0, "ok txn", [...sends(0, [0, 1]), polls(0, [0, 1])]);
    expect(namesIn(history).anomalies).toEqual(["precommitted-read"]);
  });

  it("precommitted-read: a value is polled before its commit is asked for", () => {
    const history = new ScriptedHistory().begins(0, "txn", sends(0, [0, 1])).did(1, "ok poll", [polls(0, [0, 1])]);
    history.ends(0, "ok txn", sends(0, [0, 1]), { commitTime: history.now - 1 });
    expect(namesIn(history).anomalies).toEqual(["precommitted-read"]);
    const goodOne = new ScriptedHistory().begins(0, "txn", sends(0, [0, 1])).did(1, "ok poll", [polls(0, [0, 1])]);
    goodOne.ends(0, "ok txn", sends(0, [0, 1]), { commitTime: 1_500 });
    expect(namesIn(goodOne).anomalies).toEqual([]);
  });

  it("lost-write: a value is passed over by all", () => {
    const history = twoTransactions().did(2, "ok poll", [polls(0, [0, 1], [3, 4]), polls(1, [0, 3], [2, 5])]);
    expect(namesIn(history).anomalies).toContain("lost-write");
  });

  it("unseen: a value is polled by nobody until the end", () => {
    const history = twoTransactions().did(2, "ok poll", [polls(0, [0, 1], [1, 2], [3, 4]), polls(1, [0, 3])]);
    expect(namesIn(history).anomalies).toEqual(["unseen"]);
  });

  it("poll-skip: a process leaves out what another one sees", () => {
    const history = twoTransactions()
      .did(2, "ok poll", [polls(0, [0, 1], [1, 2], [3, 4]), polls(1, [0, 3], [2, 5])])
      .did(3, "ok poll", [polls(0, [0, 1])])
      .did(3, "ok poll", [polls(0, [3, 4])]);
    expect(namesIn(history).anomalies).toEqual(["poll-skip"]);
  });

  it("nonmonotonic-poll: a process goes back", () => {
    const history = twoTransactions()
      .did(2, "ok poll", [polls(0, [0, 1], [1, 2], [3, 4]), polls(1, [0, 3], [2, 5])])
      .did(2, "ok poll", [polls(0, [1, 2], [3, 4])]);
    expect(namesIn(history).anomalies).toEqual(["nonmonotonic-poll"]);
  });

  it("poll-skip and nonmonotonic-poll are none where the key was given anew, or the process placed anew", () => {
    const history = twoTransactions()
      .did(2, "ok poll", [polls(0, [0, 1], [1, 2], [3, 4]), polls(1, [0, 3], [2, 5])])
      .did(2, "ok poll", [polls(0, [0, 1])], { "rebalance-log": [{ keys: [0] }] })
      .places(2, "subscribe", [0, 1])
      .did(2, "ok poll", [polls(0, [3, 4])]);
    expect(namesIn(history).anomalies).toEqual([]);
  });

  it("int-poll-skip and int-nonmonotonic-poll: the same within one operation", () => {
    const all = twoTransactions().did(2, "ok poll", [polls(0, [0, 1], [1, 2], [3, 4]), polls(1, [0, 3], [2, 5])]);
    all.did(3, "ok txn", [polls(0, [0, 1]), polls(0, [3, 4]), polls(1, [2, 5], [0, 3])]);
    expect(namesIn(all).anomalies).toEqual(["int-poll-skip", "int-nonmonotonic-poll"]);
  });

  it("nonmonotonic-send: what a process sends later stands before", () => {
    const history = new ScriptedHistory()
      .did(0, "ok send", sends(0, [1, 1]))
      .did(0, "ok send", sends(0, [0, 2]))
      .did(1, "ok poll", [polls(0, [0, 2], [1, 1])]);
    expect(namesIn(history).anomalies).toEqual(["nonmonotonic-send"]);
  });

  it("int-nonmonotonic-send: the same within one transaction", () => {
    const history = new ScriptedHistory()
      .did(0, "ok txn", sends(0, [1, 1], [0, 2]))
      .did(1, "ok poll", [polls(0, [0, 2], [1, 1])]);
    expect(namesIn(history).anomalies).toEqual(["int-nonmonotonic-send"]);
  });

  it("consumed-twice: two transactions of a group commit the same input", () => {
    const consumed = (...types: readonly ("ok" | "fail" | "info")[]): ScriptedHistory => {
      const history = new ScriptedHistory().did(0, "ok send", sends(0, [0, 1]));
      for (const [index, type] of types.entries())
        history.did(1 + index, `${type} txn`, [polls(0, [0, 1]), ...sends(1, [index, index])], { group: "g" });
      const seen = types.flatMap((type, index) => (type === "ok" ? [[index, index] as const] : []));
      return history.did(9, "ok poll", [polls(0, [0, 1]), polls(1, ...seen)]);
    };
    expect(namesIn(consumed("ok", "ok")).anomalies).toEqual(["consumed-twice"]);
    expect(namesIn(consumed("fail", "info", "ok")).anomalies).toEqual([]);
  });

  it("consumed-never: a group commits offsets behind what none of its transactions polled", () => {
    const consumed = (between: "ok" | "fail" | "info"): ScriptedHistory =>
      new ScriptedHistory()
        .did(0, "ok send", sends(0, [0, 1], [1, 2], [2, 3]))
        .did(1, "ok txn", [polls(0, [0, 1])], { group: "g" })
        .did(2, `${between} txn`, [polls(0, [1, 2])], { group: "g" })
        .did(3, "ok txn", [polls(0, [2, 3])], { group: "g" })
        .did(4, "ok poll", [polls(0, [0, 1], [1, 2], [2, 3])]);
    expect(namesIn(consumed("ok")).anomalies).toEqual([]);
    expect(namesIn(consumed("info")).anomalies).toEqual([]);
    expect(namesIn(consumed("fail")).anomalies).toEqual(["consumed-never"]);
  });

  it("G1c: two transactions polled each other's values", () => {
    const history = new ScriptedHistory()
      .begins(0, "txn", sends(0, [0, 1]))
      .begins(1, "txn", sends(1, [0, 2]))
      .ends(0, "ok txn", [...sends(0, [0, 1]), polls(1, [0, 2])], { commitTime: 0 })
      .ends(1, "ok txn", [...sends(1, [0, 2]), polls(0, [0, 1])], { commitTime: 1_000 });
    expect(namesIn(history).anomalies).toEqual(["G1c"]);
  });

  it("G1c, with writes among its edges, is allowed", () => {
    const history = new ScriptedHistory()
      .begins(0, "txn", sends(0, [1, 1]))
      .did(1, "ok txn", [...sends(0, [0, 2]), ...sends(1, [0, 3])])
      .ends(0, "ok txn", sends(0, [1, 1]))
      .begins(2, "txn", sends(2, [0, 4]))
      .did(3, "ok txn", [...sends(3, [0, 5]), ...sends(2, [1, 6])])
      .ends(2, "ok txn", [...sends(2, [0, 4]), polls(3, [0, 5])])
      .did(4, "ok poll", [polls(0, [0, 2], [1, 1]), polls(1, [0, 3]), polls(2, [0, 4], [1, 6])]);
    expect(namesIn(history)).toEqual({ anomalies: [], allowed: ["ww-G1c"] });
  });
});

describe("a history that contradicts itself", () => {
  it("is refused", () => {
    const twice = new ScriptedHistory().did(0, "ok send", sends(0, [0, 1])).did(0, "ok send", sends(0, [1, 1]));
    expect(() => checkHistory(twice.operations)).toThrow("the value 1 is sent to key 0 twice");
    const busy = new ScriptedHistory().begins(0, "poll", [["poll"]]).begins(0, "poll", [["poll"]]);
    expect(() => checkHistory(busy.operations)).toThrow("line 1: process 0 begins while it is at line 0");
    const endless = new ScriptedHistory().ends(0, "ok poll", [polls(0)]);
    expect(() => checkHistory(endless.operations)).toThrow("that it did not begin");
  });
});
