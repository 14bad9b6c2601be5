import { expect, it } from "vitest";
import { formatEdn, formatJson, parseJson } from "./history-lines.js";
import { polls, ScriptedHistory, sends } from "./scripted-history.js";

const history = new ScriptedHistory()
  .places(0, "subscribe", [0, 1])
  .did(0, "ok txn", [...sends(0, [7, 1]), polls(1, [0, 2])], { "rebalance-log": [{ keys: [1] }], group: "g" })
  .did(1, "info send", sends(1, [null, 2]), { error: 'cut "off"' }).operations;

it("comes back from its lines as it was", () => expect(parseJson(formatJson(history))).toEqual(history));

it("says which line is no operation", () => {
  const lines = formatJson(history).replaceAll('"type":"info"', '"type":"perhaps"');
  expect(() => parseJson(lines)).toThrow("line 5 is no operation of a history");
});

it("is written as Jepsen's histories are", () => {
  expect(formatEdn(history).split("\n").slice(2, 6)).toEqual([
    "{:index 2, :type :invoke, :process 0, :f :txn, :value [[:send 0 [7 1]] [:poll {1 [[0 2]]}]], :time 2000}",
    '{:index 3, :type :ok, :process 0, :f :txn, :value [[:send 0 [7 1]] [:poll {1 [[0 2]]}]], :time 3000, :rebalance-log [{:keys [1]}], :group "g"}',
    "{:index 4, :type :invoke, :process 1, :f :send, :value [[:send 1 [nil 2]]], :time 4000}",
    '{:index 5, :type :info, :process 1, :f :send, :value [[:send 1 [nil 2]]], :time 5000, :error "cut \\"off\\""}',
  ]);
});
