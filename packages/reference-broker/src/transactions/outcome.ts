import type { Transaction } from "./state.js";

/** What an event does to a transactional id. */
export type Outcome =
  /** It stands elsewhere afterwards, once that is in the log. */
  | { readonly type: "moves"; readonly to: Transaction }
  /** All is well, and there is nothing to write: the request was carried out before. */
  | { readonly type: "stays" }
  /** It is used no more: the log is to say that it is gone. */
  | { readonly type: "dies" }
  /** It cannot be, for this reason of Kafka's. */
  | { readonly type: "refused"; readonly errorCode: number }
  /** It is to be asked again, with a new producer id. */
  | { readonly type: "needsProducerId" };

/** It cannot be. */
export function refused(errorCode: number): Outcome {
  return { type: "refused", errorCode };
}

/** It stands elsewhere afterwards. */
export function moves(to: Transaction): Outcome {
  return { type: "moves", to };
}
