import { throwUncaught } from "@moldau/connection-pool/internal";
import type { KafkaError } from "@moldau/protocol-codec";
import type { EventEmitter } from "eventemitter3";
import type { Written } from "./batch/batch-state.js";

/** What every event about a batch tells. */
export interface BatchEventFacts {
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
  /** Milliseconds since the first `send` in it. */
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
export interface WaitingEvent {
  readonly topic: string;
  /** Why there is no answer yet; UNKNOWN_TOPIC_OR_PARTITION where the topic does not exist. */
  readonly error: KafkaError;
  /** The pause before the next question, in milliseconds. */
  readonly delayMs: number;
}

/** What a producer tells while it works; nothing has to be listened to, failures reach the promise of `send`. */
export interface ProducerEvents {
  acknowledged: [event: AcknowledgedEvent];
  retry: [event: RetryEvent];
  failed: [event: FailedEvent];
  waiting: [event: WaitingEvent];
  /** A `send` has begun to wait, because `bufferMemory` is full. */
  blocked: [];
  /** `close` has come to its end. */
  closed: [];
}

/**
 * Emits an event, if anybody listens, without letting a listener's error into the producer's own works: it is thrown where nobody
 * depends on it, as an uncaught exception.
 */
export function announce(
  emitter: EventEmitter<ProducerEvents>,
  name: keyof ProducerEvents,
  emit: (emitter: EventEmitter<ProducerEvents>) => void,
): void {
  if (emitter.listenerCount(name) === 0) return;
  try {
    emit(emitter);
  } catch (error) {
    throwUncaught(error);
  }
}
