import { KafkaError } from "@moldau/protocol-codec";
import { describe, expect, it } from "vitest";
import { openState, transition, type BatchEvent, type BatchState, type Evidence } from "./batch-state.js";

const error = new KafkaError("CLIENT_DELIVERY_TIMEOUT", "too late");
const acknowledgement = { baseOffset: 1n, timestamp: undefined, logStartOffset: 0n };

const ready: readonly BatchEvent[] = [{ type: "seal" }, { type: "encode" }, { type: "encoded" }];
const sent: readonly BatchEvent[] = [...ready, { type: "send", node: 3 }];

function fail(evidence: Evidence, hasLanded = true): BatchEvent {
  return { type: "fail", error, evidence, hasLanded };
}

function after(...events: BatchEvent[]): BatchState {
  return events.reduce(transition, openState);
}

describe("the life of a batch", () => {
  it("goes from open over sealed, encoded and in flight to acknowledged", () => {
    expect(after({ type: "seal" })).toEqual({ name: "sealed" });
    expect(after({ type: "seal" }, { type: "encode" })).toEqual({ name: "encoding" });
    expect(after(...ready)).toEqual({ name: "encoded", attempts: 0, written: "no" });
    expect(after(...sent)).toEqual({ name: "in flight", attempts: 1, written: "no", node: 3 });
    expect(after(...sent, { type: "acknowledge", acknowledgement })).toEqual({ name: "acknowledged", acknowledgement });
  });

  it("remembers over all attempts whether it may be written, until the contrary is proved", () => {
    expect(after(...sent, fail("not by this attempt"))).toMatchObject({ written: "no" });
    const doubtful: BatchEvent[] = [...sent, { type: "return", evidence: "maybe" }, { type: "send", node: 1 }];
    expect(after(...doubtful, { type: "return", evidence: "not by this attempt" })).toMatchObject({
      name: "encoded",
      attempts: 2,
      written: "maybe",
    });
    expect(after(...doubtful, fail("not by this attempt"))).toMatchObject({ name: "failed", written: "maybe" });
    expect(after(...doubtful, { type: "return", evidence: "never" })).toMatchObject({ written: "no" });
  });

  it("that ends while its request is under way stays on the wire until that has landed", () => {
    const expired = after(...sent, fail("maybe", false));
    expect(expired).toMatchObject({ name: "failed", written: "maybe", isOnWire: true });
    expect(transition(expired, { type: "land" })).toMatchObject({ name: "failed", isOnWire: false });
    expect(after(...sent, fail("maybe"))).toMatchObject({ isOnWire: false });
  });

  it("can fail before it was ever sent, with nothing written", () => {
    for (const events of [[], ready.slice(0, 1), ready.slice(0, 2), ready])
      expect(after(...events, fail("not by this attempt", false))).toMatchObject({ written: "no", isOnWire: false });
  });

  it("ends once: nothing happens to a batch that is acknowledged, failed or split", () => {
    const ends = [
      after(fail("never")),
      after(...sent, { type: "split" }),
      after(...sent, { type: "acknowledge", acknowledgement }),
    ];
    for (const end of ends)
      expect(() => transition(end, { type: "send", node: 1 })).toThrow(
        `A batch that is ${end.name} cannot take the event send.`,
      );
    expect(() => transition(openState, { type: "send", node: 1 })).toThrow("open cannot take");
  });
});
