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
  /** `close` has come to its end. */
  closed: [event: ClientName];
}

/** By which a producer's parts tell its events. */
export type ProducerAnnouncer = Announcer<ProducerEvents>;
