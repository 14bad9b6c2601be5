import { errorByCode, type ErrorName } from "@moldau/protocol-codec";

/**
 * What an error of a transactional API means for the transaction:
 *
 * - `repeat`: the same request again, after a pause;
 * - `abort`: the transaction cannot be committed any more; it is aborted, and the producer goes on;
 * - `stop`: the producer is of no use any more, and every later call fails with the same error.
 */
export type ErrorRule =
  | {
      readonly action: "repeat";
      /** Whom to ask again. */
      readonly ask: "the same broker" | "the coordinator, looked up anew" | "the leader, looked up anew";
      /** Whether the first pause is a short one, as what is waited for is a matter of milliseconds. */
      readonly soon?: true;
    }
  | { readonly action: "abort" }
  | { readonly action: "stop" };

/** The APIs that a transaction is made of. */
export type TransactionalApi =
  | "FindCoordinator"
  | "InitProducerId"
  | "AddPartitionsToTxn"
  | "Produce"
  | "AddOffsetsToTxn"
  | "TxnOffsetCommit"
  | "EndTxn";

/** What is said of one API: the errors that have a rule of their own, and the rule for all others that no repetition changes. */
export interface ApiErrorRules {
  readonly errors: Partial<Readonly<Record<ErrorName, ErrorRule>>>;
  /** For errors that are not in `errors`: those that pass by themselves are repeated, and for the rest this holds. */
  readonly others: ErrorRule;
}

const again: ErrorRule = { action: "repeat", ask: "the same broker" };
const soon: ErrorRule = { action: "repeat", ask: "the same broker", soon: true };
const anew: ErrorRule = { action: "repeat", ask: "the coordinator, looked up anew" };
const leader: ErrorRule = { action: "repeat", ask: "the leader, looked up anew" };
const abort: ErrorRule = { action: "abort" };
const stop: ErrorRule = { action: "stop" };

/** What holds for every request to a coordinator. */
const coordinator = {
  COORDINATOR_NOT_AVAILABLE: anew,
  NOT_COORDINATOR: anew,
  COORDINATOR_LOAD_IN_PROGRESS: again,
  // Old coordinators say INVALID_PRODUCER_EPOCH where newer ones say PRODUCER_FENCED (KIP-588).
  INVALID_PRODUCER_EPOCH: stop,
  PRODUCER_FENCED: stop,
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: stop,
  CLUSTER_AUTHORIZATION_FAILED: stop,
  UNSUPPORTED_VERSION: stop,
  TRANSACTION_ABORTABLE: abort,
} as const satisfies ApiErrorRules["errors"];

/** What holds for requests that end a transaction. */
const ending = {
  ...coordinator,
  // The transaction before is still being completed.
  CONCURRENT_TRANSACTIONS: soon,
  INVALID_TXN_STATE: stop,
  // The coordinator has forgotten the transactional id (it rested too long); it gives it a new producer id.
  INVALID_PRODUCER_ID_MAPPING: abort,
  UNKNOWN_PRODUCER_ID: abort,
} as const satisfies ApiErrorRules["errors"];

/** What holds for requests in the middle of a transaction. */
const open = {
  ...ending,
  // A later epoch is in force: whether another producer took over, or the coordinator's time was up, comes out when the transaction is aborted.
  INVALID_PRODUCER_EPOCH: abort,
  PRODUCER_FENCED: abort,
} as const satisfies ApiErrorRules["errors"];

/** Every error of every transactional API: what to do about it. */
export const transactionErrorRules: Readonly<Record<TransactionalApi, ApiErrorRules>> = {
  FindCoordinator: {
    errors: {
      COORDINATOR_NOT_AVAILABLE: again,
      GROUP_AUTHORIZATION_FAILED: abort,
      TRANSACTIONAL_ID_AUTHORIZATION_FAILED: stop,
      TRANSACTION_ABORTABLE: abort,
    },
    others: stop,
  },
  InitProducerId: {
    errors: {
      ...coordinator,
      // An open transaction of an older instance is aborted first.
      CONCURRENT_TRANSACTIONS: soon,
      INVALID_TRANSACTION_TIMEOUT: stop,
    },
    others: stop,
  },
  AddPartitionsToTxn: {
    errors: {
      ...open,
      UNKNOWN_TOPIC_OR_PARTITION: again,
      TOPIC_AUTHORIZATION_FAILED: abort,
      OPERATION_NOT_ATTEMPTED: abort,
    },
    others: abort,
  },
  Produce: {
    errors: {
      UNKNOWN_TOPIC_OR_PARTITION: leader,
      LEADER_NOT_AVAILABLE: leader,
      NOT_LEADER_OR_FOLLOWER: leader,
      FENCED_LEADER_EPOCH: leader,
      UNKNOWN_LEADER_EPOCH: leader,
      UNKNOWN_TOPIC_ID: leader,
      INCONSISTENT_TOPIC_ID: leader,
      KAFKA_STORAGE_ERROR: leader,
      // The transaction before is still being completed; from version 12 on the broker adds the partition by itself.
      CONCURRENT_TRANSACTIONS: soon,
      NOT_ENOUGH_REPLICAS: again,
      NOT_ENOUGH_REPLICAS_AFTER_APPEND: again,
      INVALID_PRODUCER_EPOCH: abort,
      PRODUCER_FENCED: abort,
      OUT_OF_ORDER_SEQUENCE_NUMBER: abort,
      UNKNOWN_PRODUCER_ID: abort,
      INVALID_PRODUCER_ID_MAPPING: abort,
      INVALID_TXN_STATE: abort,
      TRANSACTION_ABORTABLE: abort,
      TRANSACTIONAL_ID_AUTHORIZATION_FAILED: stop,
      CLUSTER_AUTHORIZATION_FAILED: stop,
      UNSUPPORTED_VERSION: stop,
    },
    others: abort,
  },
  AddOffsetsToTxn: {
    errors: { ...open, GROUP_AUTHORIZATION_FAILED: abort, INVALID_GROUP_ID: abort },
    others: stop,
  },
  TxnOffsetCommit: {
    errors: {
      ...open,
      REQUEST_TIMED_OUT: anew,
      UNKNOWN_TOPIC_OR_PARTITION: again,
      GROUP_AUTHORIZATION_FAILED: abort,
      TOPIC_AUTHORIZATION_FAILED: abort,
      INVALID_GROUP_ID: abort,
      // The member has lost its round of the group: others own the partitions.
      FENCED_INSTANCE_ID: abort,
      UNKNOWN_MEMBER_ID: abort,
      ILLEGAL_GENERATION: abort,
      STALE_MEMBER_EPOCH: abort,
      FENCED_MEMBER_EPOCH: abort,
      REBALANCE_IN_PROGRESS: abort,
      OFFSET_METADATA_TOO_LARGE: abort,
      INVALID_COMMIT_OFFSET_SIZE: abort,
      INVALID_TXN_STATE: abort,
      UNSUPPORTED_FOR_MESSAGE_FORMAT: stop,
    },
    others: stop,
  },
  EndTxn: {
    errors: {
      ...ending,
      // There is nothing that could be ended: the coordinator has aborted the transaction by itself, or never heard of it.
      INVALID_TXN_STATE: abort,
      // It says neither that the end was decided nor that it was not; a repetition does no harm, and tells.
      UNKNOWN_SERVER_ERROR: again,
    },
    others: stop,
  },
};

/** The rule for an error of an API, by the error's number. */
export function ruleOf(api: TransactionalApi, errorCode: number): ErrorRule {
  const { errors, others } = transactionErrorRules[api];
  const { name, retriable, refreshMetadata } = errorByCode(errorCode);
  const [, rule] = Object.entries(errors).find(([known]) => known === name) ?? [];
  if (rule !== undefined) return rule;
  if (!retriable) return others;
  return api === "Produce" && refreshMetadata ? leader : again;
}
