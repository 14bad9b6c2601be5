import type { KafkaError } from "@moldau/protocol-codec";

/*
 *            seal              send                     acknowledge
 *   open ───────────▶ sealed ───────────▶ in flight ───────────────────▶ acknowledged
 *     │               │ │  ▲                │  │  │
 *     │               │ │  └── return ──────┘  │  └──── split ─────────▶ split  (two new sealed batches take its place)
 *     │  fail         │ │ fail                │ fail
 *     └───────────────┴─┴─────────────────────┴─────────────────────▶ failed
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
  | { readonly name: "sealed"; readonly attempts: number; readonly written: Written }
  | { readonly name: "in flight"; readonly attempts: number; readonly written: Written; readonly node: number }
  | { readonly name: "acknowledged"; readonly acknowledgement: Acknowledgement }
  | { readonly name: "failed"; readonly error: KafkaError; readonly written: Written }
  | { readonly name: "split" };

/** What can happen to a batch. */
export type BatchEvent =
  | { readonly type: "seal" }
  | { readonly type: "send"; readonly node: number }
  | { readonly type: "acknowledge"; readonly acknowledgement: Acknowledgement }
  | { readonly type: "return"; readonly evidence: Evidence }
  | { readonly type: "fail"; readonly error: KafkaError; readonly evidence: Evidence }
  | { readonly type: "split" };

/** How every batch begins. */
export const openState: BatchState = { name: "open" };

/** The state after an event; an event that the state does not know is a fault of this program, and thrown. */
export function transition(state: BatchState, event: BatchEvent): BatchState {
  switch (state.name) {
    case "open":
      if (event.type === "seal") return { name: "sealed", attempts: 0, written: "no" };
      if (event.type === "fail") return { name: "failed", error: event.error, written: "no" };
      break;
    case "sealed":
      if (event.type === "send") return { ...state, name: "in flight", attempts: state.attempts + 1, node: event.node };
      if (event.type === "fail")
        return { name: "failed", error: event.error, written: weigh(state.written, event.evidence) };
      break;
    case "in flight":
      return landed(state, event);
    case "acknowledged":
    case "failed":
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

function landed(state: BatchState & { name: "in flight" }, event: BatchEvent): BatchState {
  switch (event.type) {
    case "acknowledge":
      return { name: "acknowledged", acknowledgement: event.acknowledgement };
    case "return":
      return { name: "sealed", attempts: state.attempts, written: weigh(state.written, event.evidence) };
    case "fail":
      return { name: "failed", error: event.error, written: weigh(state.written, event.evidence) };
    case "split":
      return { name: "split" };
    case "seal":
    case "send":
      break;
  }
  throw illegal(state, event);
}

function illegal(state: BatchState, event: BatchEvent): Error {
  return new Error(`A batch that is ${state.name} cannot take the event ${event.type}.`);
}
