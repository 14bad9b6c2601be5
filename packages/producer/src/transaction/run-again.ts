import { isConnectionFailure } from "@moldau/connection-pool";
import type { ErrorName, KafkaError } from "@moldau/protocol-codec";

/**
 * Errors that are about this attempt at a transaction, and not about what it consists of: no repetition of the request helps, but doing the
 * work anew in another transaction does.
 */
const ofTheAttempt: ReadonlySet<string> = new Set<ErrorName | `CLIENT_${string}`>([
  "TRANSACTION_ABORTABLE",
  "INVALID_TXN_STATE",
  "INVALID_PRODUCER_EPOCH",
  "INVALID_PRODUCER_ID_MAPPING",
  "UNKNOWN_PRODUCER_ID",
  "OUT_OF_ORDER_SEQUENCE_NUMBER",
  "OPERATION_NOT_ATTEMPTED",
  // The member's round of the group is over: what was read is read again, by it or by others.
  "ILLEGAL_GENERATION",
  "UNKNOWN_MEMBER_ID",
  "STALE_MEMBER_EPOCH",
  "FENCED_MEMBER_EPOCH",
  "REBALANCE_IN_PROGRESS",
  "CLIENT_NOT_ASSIGNED",
  "CLIENT_DELIVERY_TIMEOUT",
]);

/** Whether the work of a transaction that was aborted for this reason may succeed when it is done again. */
export function mayHelpToRunAgain(reason: KafkaError): boolean {
  return reason.retriable || ofTheAttempt.has(reason.code) || isConnectionFailure(reason);
}
