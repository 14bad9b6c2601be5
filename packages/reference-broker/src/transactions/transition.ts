import { ErrorCode } from "@moldau/protocol-codec";
import { add, type AddPartitionsEvent } from "./add.js";
import { complete, end, fence, type EndEvent, type FenceEvent } from "./end.js";
import { initProducer, type InitProducerEvent } from "./init-producer.js";
import { refused, type Outcome } from "./outcome.js";
import type { Transaction } from "./state.js";

/** What can happen to a transactional id. */
export type TransactionEvent =
  | InitProducerEvent
  | AddPartitionsEvent
  | EndEvent
  | FenceEvent
  /** Every partition of a decided transaction has its marker. */
  | { readonly type: "markersWritten"; readonly nowMs: number }
  /** Nobody has used the id for as long as it is kept. */
  | { readonly type: "expire"; readonly nowMs: number; readonly expirationMs: number };

/**
 * What an event does to a transactional id that stands where `transaction` says; undefined: nobody has used it. Pure: the same log and the
 * same events give the same state. `newProducerId` is for what says that it needs one. The drawing stands with {@link Transaction}.
 */
export function transition(
  transaction: Transaction | undefined,
  event: TransactionEvent,
  newProducerId?: bigint,
): Outcome {
  if (event.type === "initProducer") return initProducer(transaction, event, newProducerId);
  if (transaction === undefined) return refused(ErrorCode.INVALID_PRODUCER_ID_MAPPING);
  switch (event.type) {
    case "addPartitions":
      return add(transaction, event);
    case "end":
      return end(transaction, event, newProducerId);
    case "fence":
      return fence(transaction, event, newProducerId);
    case "markersWritten":
      return complete(transaction, event.nowMs);
    case "expire":
      return mayExpire(transaction) && transaction.lastUpdateMs <= event.nowMs - event.expirationMs
        ? { type: "dies" }
        : { type: "stays" };
  }
}

/** Whether an id in this state may be forgotten: not while there is a transaction. */
function mayExpire({ state }: Transaction): boolean {
  return state === "Empty" || state === "CompleteCommit" || state === "CompleteAbort";
}
