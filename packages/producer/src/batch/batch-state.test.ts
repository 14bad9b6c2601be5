import { KafkaError } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { openState, transition, type BatchEvent, type BatchState } from "./batch-state.js";

const error = new KafkaError("CLIENT_DELIVERY_TIMEOUT", "too late");
const acknowledgement = { baseOffset: 1n, timestamp: undefined, logStartOffset: 0n };

function after(...events: BatchEvent[]): BatchState {
  return events.reduce(transition, openState);
}

describe("the life of a batch", () => {
  it("goes from open over sealed and in flight to acknowledged", () => {
    expect(after({ type: "seal" })).toEqual({ name: "sealed", attempts: 0, written: "no" });
    expect(after({ type: "seal" }, { type: "send", node: 3 })).toEqual({
      name: "in flight",
      attempts: 1,
      written: "no",
      node: 3,
    });
    expect(after({ type: "seal" }, { type: "send", node: 3 }, { type: "acknowledge", acknowledgement })).toEqual({
      name: "acknowledged",
      acknowledgement,
    });
  });

  it("remembers over all attempts whether it may be written, until the contrary is proved", () => {
    const sent: BatchEvent[] = [{ type: "seal" }, { type: "send", node: 1 }];
    expect(after(...sent, { type: "fail", error, evidence: "not by this attempt" })).toMatchObject({ written: "no" });
    const doubtful: BatchEvent[] = [...sent, { type: "return", evidence: "maybe" }, { type: "send", node: 1 }];
    expect(after(...doubtful, { type: "return", evidence: "not by this attempt" })).toMatchObject({
      name: "sealed",
      attempts: 2,
      written: "maybe",
    });
    expect(after(...doubtful, { type: "fail", error, evidence: "not by this attempt" })).toMatchObject({
      name: "failed",
      written: "maybe",
    });
    expect(after(...doubtful, { type: "return", evidence: "never" })).toMatchObject({ written: "no" });
  });

  it("ends once: nothing happens to a batch that is acknowledged, failed or split", () => {
    const ends = [
      after({ type: "fail", error, evidence: "never" }),
      after({ type: "seal" }, { type: "send", node: 1 }, { type: "split" }),
      after({ type: "seal" }, { type: "send", node: 1 }, { type: "acknowledge", acknowledgement }),
    ];
    for (const end of ends)
      expect(() => transition(end, { type: "send", node: 1 })).toThrow(
        `A batch that is ${end.name} cannot take the event send.`,
      );
    expect(() => transition(openState, { type: "send", node: 1 })).toThrow("open cannot take");
  });
});
