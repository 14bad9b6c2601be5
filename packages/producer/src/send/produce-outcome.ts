import {
  errorByCode,
  ErrorCode,
  KafkaError,
  kafkaError,
  Produce,
  type ProduceResponsePartition,
} from "@moldau/protocol-codec";
import type { Evidence } from "../batch/batch-state.js";

/**
 * What to do with a batch after the broker's answer:
 *
 * - `delivered`: it is in the log;
 * - `duplicate`: it is in the log since an earlier attempt, at an offset that the broker no longer knows;
 * - `retry`: the same batch again, after a pause;
 * - `out of sequence`: the broker misses what came before, or forgot this producer;
 * - `split`: two smaller batches instead;
 * - `fail`: no repetition would help.
 */
export type Verdict =
  | { readonly action: "delivered" | "duplicate" | "out of sequence" | "split" }
  | { readonly action: "retry" | "fail"; readonly evidence: Evidence };

/**
 * Errors that a broker finds before it appends, so that this attempt wrote nothing.
 *
 * All others leave it open. NOT_LEADER_OR_FOLLOWER in particular also comes when the leadership is lost between the append
 * and the replicas' acknowledgements, and the records may well survive at the new leader.
 */
const refusedBeforeAppend: ReadonlySet<number> = new Set([
  ErrorCode.CORRUPT_MESSAGE,
  ErrorCode.MESSAGE_TOO_LARGE,
  ErrorCode.RECORD_LIST_TOO_LARGE,
  ErrorCode.NOT_ENOUGH_REPLICAS,
  ErrorCode.INVALID_TOPIC_EXCEPTION,
  ErrorCode.INVALID_REQUIRED_ACKS,
  ErrorCode.TOPIC_AUTHORIZATION_FAILED,
  ErrorCode.CLUSTER_AUTHORIZATION_FAILED,
  ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED,
  ErrorCode.INVALID_TIMESTAMP,
  ErrorCode.UNSUPPORTED_FOR_MESSAGE_FORMAT,
  ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
  ErrorCode.UNSUPPORTED_VERSION,
  ErrorCode.POLICY_VIOLATION,
  ErrorCode.INVALID_RECORD,
  ErrorCode.INVALID_REQUEST,
  ErrorCode.UNKNOWN_TOPIC_ID,
  ErrorCode.INCONSISTENT_TOPIC_ID,
  ErrorCode.THROTTLING_QUOTA_EXCEEDED,
  ErrorCode.CONCURRENT_TRANSACTIONS,
  ErrorCode.INVALID_TXN_STATE,
  ErrorCode.INVALID_PRODUCER_ID_MAPPING,
  ErrorCode.PRODUCER_FENCED,
  ErrorCode.TRANSACTION_ABORTABLE,
]);

/** Judges one partition's error code in a Produce response. */
export function judge(
  errorCode: number,
  batch: { readonly count: number; readonly isStamped: boolean; readonly isTransactional: boolean },
): Verdict {
  switch (errorCode) {
    case ErrorCode.NONE:
      return { action: "delivered" };
    case ErrorCode.DUPLICATE_SEQUENCE_NUMBER:
      return { action: "duplicate" };
    case ErrorCode.MESSAGE_TOO_LARGE:
    case ErrorCode.RECORD_LIST_TOO_LARGE:
      return batch.count > 1 ? { action: "split" } : refused(errorCode);
    case ErrorCode.UNKNOWN_PRODUCER_ID:
    case ErrorCode.INVALID_PRODUCER_EPOCH:
      // The epochs of transactions are the coordinator's: numbers that are refused for their epoch cannot be replaced here.
      if (batch.isTransactional) return { action: "fail", evidence: "not by this attempt" };
      return batch.isStamped ? { action: "out of sequence" } : refused(errorCode);
    case ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER:
      return batch.isStamped ? { action: "out of sequence" } : refused(errorCode);
    default:
      return refused(errorCode);
  }
}

/** The error for a batch that a broker refused; where the application can do something about it, its message says what. */
export function refusedByBroker(
  { errorCode, errorMessage }: Pick<ProduceResponsePartition, "errorCode" | "errorMessage">,
  { topic, partition }: { readonly topic: string; readonly partition: number },
): KafkaError {
  const facts = { topic, partition, apiName: Produce.name };
  const error = kafkaError(errorCode, facts, errorMessage);
  if (errorCode !== ErrorCode.MESSAGE_TOO_LARGE) return error;
  const message = `${withPeriod(error.message)} Send less in a message, compress it, or raise max.message.bytes of topic ${JSON.stringify(topic)}.`;
  return new KafkaError(error.code, message, { ...facts, errorCode });
}

function withPeriod(text: string): string {
  return text.endsWith(".") ? text : `${text}.`;
}

function refused(errorCode: number): Verdict {
  const evidence = refusedBeforeAppend.has(errorCode) ? "not by this attempt" : "maybe";
  return { action: errorByCode(errorCode).retriable ? "retry" : "fail", evidence };
}
