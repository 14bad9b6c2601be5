import { errorDescriptions } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { judge } from "../send/produce-outcome.js";
import { ruleOf, transactionErrorRules, type TransactionalApi } from "./error-rules.js";

const apis = Object.keys(transactionErrorRules) as TransactionalApi[];
const errors = errorDescriptions.filter(({ code }) => code !== 0);

const actionsOf = (name: string): Partial<Record<TransactionalApi, string>> => {
  const { code } = errors.find((one) => one.name === name)!;
  return Object.fromEntries(apis.map((api) => [api, ruleOf(api, code).action]));
};

describe("the rules for errors of transactions", () => {
  it("say something about each of Kafka's errors in each API, and about those to come", () => {
    for (const api of apis)
      for (const code of [...errors.map((one) => one.code), 9999])
        expect(["repeat", "abort", "stop"], `${api} ${code}`).toContain(ruleOf(api, code).action);
  });

  it("take an error that nobody has foreseen for the end of the producer, where its transaction may hang on it", () => {
    const unforeseen = Object.fromEntries(apis.map((api) => [api, ruleOf(api, 9999).action]));
    expect(unforeseen).toEqual({
      FindCoordinator: "stop",
      InitProducerId: "stop",
      AddPartitionsToTxn: "abort",
      Produce: "abort",
      AddOffsetsToTxn: "stop",
      TxnOffsetCommit: "stop",
      EndTxn: "stop",
    });
  });

  it("repeat what passes by itself, everywhere but where it has a meaning of its own", () => {
    const passing = errors.filter(({ retriable }) => retriable);
    for (const api of apis)
      for (const { code, name } of passing) expect(ruleOf(api, code).action, `${api} ${name}`).toBe("repeat");
  });

  it("never take UNKNOWN_SERVER_ERROR for a commit", () => {
    expect(actionsOf("UNKNOWN_SERVER_ERROR").EndTxn).toBe("repeat");
  });

  it("let the coordinator say whether a later epoch is another producer's or a time-out's", () => {
    const fenced = {
      FindCoordinator: "stop",
      InitProducerId: "stop",
      AddPartitionsToTxn: "abort",
      Produce: "abort",
      AddOffsetsToTxn: "abort",
      TxnOffsetCommit: "abort",
      EndTxn: "stop",
    };
    expect(actionsOf("PRODUCER_FENCED")).toEqual(fenced);
    expect(actionsOf("INVALID_PRODUCER_EPOCH")).toEqual(fenced);
  });

  it("abort where the broker asks for that, and only abort", () => {
    expect(new Set(Object.values(actionsOf("TRANSACTION_ABORTABLE")))).toEqual(new Set(["abort"]));
  });

  it("look the coordinator up anew where the broker is none", () => {
    for (const api of ["InitProducerId", "AddPartitionsToTxn", "AddOffsetsToTxn", "TxnOffsetCommit", "EndTxn"] as const)
      expect(ruleOf(api, 16)).toEqual({ action: "repeat", ask: "the coordinator, looked up anew" });
  });

  it("agree with what becomes of a batch: one that is sent again leaves the transaction be", () => {
    const batch = { count: 1, isStamped: true, isTransactional: true };
    for (const { code, name } of errors) {
      const { action } = judge(code, batch);
      // The first is refused for what came before it; the second is success.
      if (name === "OUT_OF_ORDER_SEQUENCE_NUMBER" || name === "DUPLICATE_SEQUENCE_NUMBER") continue;
      expect(action, name).toBe(ruleOf("Produce", code).action === "repeat" ? "retry" : "fail");
    }
  });
});
