import type { KafkaError } from "@moldau/protocol-codec";
import type { ProducerIdentity } from "../batch/sequence.js";

/*
 *                    initialize               initialized            begin
 *   uninitialized ──────────────▶ initializing ──────────▶ ready ──────────────▶ in transaction
 *     ▲   ▲   ▲                     │                        ▲                    │    │    │
 *     │   │   └───── retry ─────────┘                        │      commit        │    │    │ fail
 *     │   │                                      ended       │  ┌─────────────────┘    │    ▼
 *     │   │                            ┌─────────────────────┤  ▼        fail          │  abortable error
 *     │   │   ended (needs an epoch)   │                     │ committing ─────────────┼────▶  │
 *     │   └────────────────────────────┤                     │  │   │ lost              │ abort │ abort
 *     │                                └─────────────────────┼──┘   ▼                   ▼       ▼
 *     │                    ended                             │  undecided ◀── lost ── aborting
 *     └──────────────────────────────────────────────────────┴──────┴───────── ended ──┘
 *
 *   every state ──stop──▶ fatal error, for good
 */

/** Where a producer stands between its transactions and in them. */
export type TransactionState =
  /** It has to ask the coordinator for an identity: a first one, or the one that follows `former`. */
  | { readonly name: "uninitialized"; readonly former: ProducerIdentity | undefined }
  | { readonly name: "initializing"; readonly former: ProducerIdentity | undefined }
  | { readonly name: "ready"; readonly identity: ProducerIdentity }
  | { readonly name: "in transaction"; readonly identity: ProducerIdentity }
  /** The transaction can only be aborted, and then the producer goes on. */
  | { readonly name: "abortable error"; readonly identity: ProducerIdentity; readonly error: KafkaError }
  | { readonly name: "committing"; readonly identity: ProducerIdentity }
  | { readonly name: "aborting"; readonly identity: ProducerIdentity }
  /** No answer said whether the transaction has ended, nor how: nothing of a next one may be sent before that is found out. */
  | { readonly name: "undecided"; readonly identity: ProducerIdentity }
  /** The producer is of no use any more: every call fails with `error`. */
  | { readonly name: "fatal error"; readonly error: KafkaError };

/** What can happen to a producer's transactions. */
export type TransactionEvent =
  | { readonly type: "initialize" }
  | { readonly type: "initialized"; readonly identity: ProducerIdentity }
  /** The coordinator gave no identity in time; the next call asks again. */
  | { readonly type: "retry" }
  | { readonly type: "begin" }
  | { readonly type: "commit" }
  | { readonly type: "abort" }
  | { readonly type: "fail"; readonly error: KafkaError }
  /** It is over; `needsEpoch` says that an older request may still arrive, so that `identity` must not be used again. */
  | { readonly type: "ended"; readonly identity: ProducerIdentity; readonly needsEpoch: boolean }
  | { readonly type: "lost" }
  | { readonly type: "stop"; readonly error: KafkaError };

/** How every producer with a transactional id begins. */
export const initialState: TransactionState = { name: "uninitialized", former: undefined };

/** The state after an event; an event that the state does not know is a fault of this program, and thrown. */
export function transition(state: TransactionState, event: TransactionEvent): TransactionState {
  if (state.name === "fatal error" && (event.type === "stop" || event.type === "fail")) return state;
  if (event.type === "stop") return { name: "fatal error", error: event.error };
  switch (state.name) {
    case "uninitialized":
      if (event.type === "initialize") return { name: "initializing", former: state.former };
      break;
    case "initializing":
      if (event.type === "initialized") return { name: "ready", identity: event.identity };
      if (event.type === "retry") return { name: "uninitialized", former: state.former };
      break;
    case "ready":
      if (event.type === "begin") return { name: "in transaction", identity: state.identity };
      break;
    case "in transaction":
      return inTransaction(state, event);
    case "committing":
    case "aborting":
    case "undecided":
      return ending(state, event);
    case "abortable error":
      if (event.type === "abort") return { name: "aborting", identity: state.identity };
      // What fails after the first failure, fails because of it.
      if (event.type === "fail") return state;
      break;
    case "fatal error":
      break;
  }
  throw illegal(state, event);
}

function inTransaction(
  state: TransactionState & { name: "in transaction" },
  event: TransactionEvent,
): TransactionState {
  const { identity } = state;
  if (event.type === "commit") return { name: "committing", identity };
  if (event.type === "abort") return { name: "aborting", identity };
  if (event.type === "fail") return { name: "abortable error", identity, error: event.error };
  throw illegal(state, event);
}

function ending(
  state: TransactionState & { name: "committing" | "aborting" | "undecided" },
  event: TransactionEvent,
): TransactionState {
  const { name, identity } = state;
  if (event.type === "ended")
    return event.needsEpoch
      ? { name: "uninitialized", former: event.identity }
      : { name: "ready", identity: event.identity };
  if (event.type === "lost" && name !== "undecided") return { name: "undecided", identity };
  if (event.type === "fail")
    return name === "committing" ? { name: "abortable error", identity, error: event.error } : state;
  throw illegal(state, event);
}

function illegal(state: TransactionState, event: TransactionEvent): Error {
  return new Error(
    `A transaction's producer that is in the state "${state.name}" cannot take the event ${event.type}.`,
  );
}
