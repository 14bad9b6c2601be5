import type { KafkaError } from "@moldau/protocol-codec";

/*
 *          seal            encode            encoded            send                  acknowledge
 *   open ────────▶ sealed ────────▶ encoding ────────▶ encoded ──────▶ in flight ───────────────▶ acknowledged
 *    │              │                  │                │  ▲               │ │ │
 *    │              │                  │                │  └─── return ────┘ │ └──── split ──────▶ split  (two encoded batches take its place)
 *    │ fail         │ fail             │ fail           │ fail               │ fail
 *    └──────────────┴──────────────────┴────────────────┴────────────────────┴───────────────────▶ failed
 *
 * A batch that fails while its request is under way stays on the wire until that has landed.
 */

/** Whether a message is in the log: certainly not, or possibly. */
export type Written = "no" | "maybe";

/**
 * What one attempt to send says about the log: the batch may have been written, this attempt did not write it (an earlier one
 * may have), or the answer proves that no attempt did.
 */
export type Evidence = "maybe" | "not by this attempt" | "never";

/** What the broker said of a batch that it took. */
export interface Acknowledgement {
  /** Offset of the first record; absent with acks 0 and where the broker could not tell (a duplicate). */
  readonly baseOffset: bigint | undefined;
  /** The broker's time in milliseconds, on topics with `message.timestamp.type=LogAppendTime`. */
  readonly timestamp: number | undefined;
  readonly logStartOffset: bigint | undefined;
}

/** Where a batch stands in its life. */
export type BatchState =
  | { readonly name: "open" }
  | { readonly name: "sealed" }
  | { readonly name: "encoding" }
  | { readonly name: "encoded"; readonly attempts: number; readonly written: Written }
  | { readonly name: "in flight"; readonly attempts: number; readonly written: Written; readonly node: number }
  | { readonly name: "acknowledged"; readonly acknowledgement: Acknowledgement }
  | { readonly name: "failed"; readonly error: KafkaError; readonly written: Written; readonly isOnWire: boolean }
  | { readonly name: "split" };

/** What can happen to a batch. `fail` says of a batch in flight whether its request has ended. */
export type BatchEvent =
  | { readonly type: "seal" }
  | { readonly type: "encode" }
  | { readonly type: "encoded" }
  | { readonly type: "send"; readonly node: number }
  | { readonly type: "acknowledge"; readonly acknowledgement: Acknowledgement }
  | { readonly type: "return"; readonly evidence: Evidence }
  | { readonly type: "fail"; readonly error: KafkaError; readonly evidence: Evidence; readonly hasLanded: boolean }
  | { readonly type: "land" }
  | { readonly type: "split" };

/** How every batch begins. */
export const openState: BatchState = { name: "open" };

/** How a batch goes on that comes from another one, encoded. */
export const encodedState: BatchState = { name: "encoded", attempts: 0, written: "no" };

/** The state after an event; an event that the state does not know is a fault of this program, and thrown. */
export function transition(state: BatchState, event: BatchEvent): BatchState {
  switch (state.name) {
    case "open":
      if (event.type === "seal") return { name: "sealed" };
      if (event.type === "fail") return neverSent(event.error);
      break;
    case "sealed":
      if (event.type === "encode") return { name: "encoding" };
      if (event.type === "fail") return neverSent(event.error);
      break;
    case "encoding":
      if (event.type === "encoded") return encodedState;
      if (event.type === "fail") return neverSent(event.error);
      break;
    case "encoded":
      if (event.type === "send") return { ...state, name: "in flight", attempts: state.attempts + 1, node: event.node };
      if (event.type === "fail")
        return { name: "failed", error: event.error, written: weigh(state.written, event.evidence), isOnWire: false };
      break;
    case "in flight":
      return afterFlight(state, event);
    case "failed":
      if (event.type === "land" && state.isOnWire) return { ...state, isOnWire: false };
      break;
    case "acknowledged":
    case "split":
      break;
  }
  throw illegal(state, event);
}

/** Whether messages are in the log, after one more attempt. */
export function weigh(written: Written, evidence: Evidence): Written {
  if (evidence === "maybe") return "maybe";
  return evidence === "never" ? "no" : written;
}

function afterFlight(state: BatchState & { name: "in flight" }, event: BatchEvent): BatchState {
  switch (event.type) {
    case "acknowledge":
      return { name: "acknowledged", acknowledgement: event.acknowledgement };
    case "return":
      return { name: "encoded", attempts: state.attempts, written: weigh(state.written, event.evidence) };
    case "fail": {
      const { error, evidence, hasLanded } = event;
      return { name: "failed", error, written: weigh(state.written, evidence), isOnWire: !hasLanded };
    }
    case "split":
      return { name: "split" };
    case "seal":
    case "encode":
    case "encoded":
    case "send":
    case "land":
      break;
  }
  throw illegal(state, event);
}

function neverSent(error: KafkaError): BatchState {
  return { name: "failed", error, written: "no", isOnWire: false };
}

function illegal(state: BatchState, event: BatchEvent): Error {
  return new Error(`A batch that is ${state.name} cannot take the event ${event.type}.`);
}
