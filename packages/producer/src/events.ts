import type { ClientName } from "@moldau/connection-pool";
import type { Announcer } from "@moldau/connection-pool/internal";
import type { KafkaError } from "@moldau/protocol-codec";
import type { Written } from "./batch/batch-state.js";

/** What every event about a batch tells. */
export interface BatchEventFacts extends ClientName {
  readonly topic: string;
  readonly partition: number;
  /** Number of messages. */
  readonly count: number;
  /** Size in bytes, as sent. */
  readonly bytes: number;
}

/** A batch is in the log. */
export interface AcknowledgedEvent extends BatchEventFacts {
  /** Absent with acks 0 and for a duplicate. */
  readonly baseOffset?: bigint;
  /** Time since the first `send` in it, in milliseconds. */
  readonly latencyMs: number;
}

/** A batch will be sent again. */
export interface RetryEvent extends BatchEventFacts {
  readonly error: KafkaError;
  /** Attempts so far. */
  readonly attempts: number;
  /** The pause before the next, in milliseconds, at least. */
  readonly delayMs: number;
}

/** A batch was given up; the `send` calls in it reject with the same. */
export interface FailedEvent extends BatchEventFacts {
  readonly error: KafkaError;
  readonly written: Written;
}

/** Messages wait for their topic, about which no broker has told anything yet; it is asked for again. */
export interface WaitingEvent extends ClientName {
  readonly topic: string;
  /** Why there is no answer yet; UNKNOWN_TOPIC_OR_PARTITION where the topic does not exist. */
  readonly error: KafkaError;
  /** The pause before the next question, in milliseconds. */
  readonly delayMs: number;
}

/** Whose transaction an event is about. */
export interface TransactionName {
  /** The producer's transactional id. */
  readonly transactionalId: string;
}

/** A transaction was begun, or committed. */
export interface TransactionEvent extends ClientName, TransactionName {}

/** The coordinator has given the transactional id to this producer: older ones are fenced, and their open transaction is aborted. */
export interface TransactionsInitializedEvent extends TransactionEvent {
  readonly producerId: bigint;
  readonly producerEpoch: number;
}

/** A transaction was aborted. */
export interface TransactionAbortedEvent extends TransactionEvent {
  /** What forced the abort; absent where the application wanted it. */
  readonly error?: KafkaError;
}

/** Something about a transaction has gone wrong. */
export interface TransactionErrorEvent extends TransactionEvent {
  readonly error: KafkaError;
}

/** A request about a transaction will be made again. */
export interface TransactionWaitingEvent extends TransactionErrorEvent {
  /** Name of the API, such as `EndTxn`. */
  readonly apiName: string;
  /** The pause before the next attempt, in milliseconds. */
  readonly delayMs: number;
}

/**
 * What a producer tells while it works; nothing has to be listened to, failures reach the promise of `send`. Each event says which client it is
 * of, and is on the diagnostics channel `moldau:producer:` with its name as well.
 */
export interface ProducerEvents {
  /** A batch is in the log. */
  acknowledged: [event: AcknowledgedEvent];
  /** A batch will be sent again. */
  retry: [event: RetryEvent];
  /** A batch was given up. */
  failed: [event: FailedEvent];
  /** Messages wait for their topic. */
  waiting: [event: WaitingEvent];
  /** A `send` has begun to wait, because `bufferMemory` is full. */
  blocked: [event: ClientName];
  /** The transactional id is this producer's. */
  transactionsInitialized: [event: TransactionsInitializedEvent];
  /** A transaction was begun. */
  transactionBegun: [event: TransactionEvent];
  /** A transaction was committed. */
  transactionCommitted: [event: TransactionEvent];
  /** A transaction was aborted. */
  transactionAborted: [event: TransactionAbortedEvent];
  /** Whether a transaction was committed is not known; what is open of it is being aborted. */
  transactionUndecided: [event: TransactionErrorEvent];
  /** A request about a transaction will be made again. */
  transactionWaiting: [event: TransactionWaitingEvent];
  /** The producer can make no transactions any more: another one has its transactional id, or the coordinator refuses it for good. */
  transactionsStopped: [event: TransactionErrorEvent];
  /** `close` has come to its end. */
  closed: [event: ClientName];
}

/** By which a producer's parts tell its events. */
export type ProducerAnnouncer = Announcer<ProducerEvents>;
