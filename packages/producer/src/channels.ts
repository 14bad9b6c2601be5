import { eventChannel, type EventChannels } from "@moldau/connection-pool/internal";
import { batchChannel } from "./send/batch-traces.js";
import { sendChannel } from "./send-trace.js";
import type { ProducerEvents } from "./events.js";

/** The channels of a producer's events, by the names of the events. */
export const channelsOfEvents: EventChannels<ProducerEvents> = {
  acknowledged: eventChannel("moldau:producer:acknowledged"),
  retry: eventChannel("moldau:producer:retry"),
  failed: eventChannel("moldau:producer:failed"),
  waiting: eventChannel("moldau:producer:waiting"),
  blocked: eventChannel("moldau:producer:blocked"),
  transactionsInitialized: eventChannel("moldau:producer:transactionsInitialized"),
  transactionBegun: eventChannel("moldau:producer:transactionBegun"),
  transactionCommitted: eventChannel("moldau:producer:transactionCommitted"),
  transactionAborted: eventChannel("moldau:producer:transactionAborted"),
  transactionUndecided: eventChannel("moldau:producer:transactionUndecided"),
  transactionWaiting: eventChannel("moldau:producer:transactionWaiting"),
  transactionsStopped: eventChannel("moldau:producer:transactionsStopped"),
  closed: eventChannel("moldau:producer:closed"),
};

/** The diagnostics channels on which producers tell what {@link ProducerEvents} tells, by name. */
export const producerChannels = {
  "moldau:producer:acknowledged": channelsOfEvents.acknowledged,
  "moldau:producer:retry": channelsOfEvents.retry,
  "moldau:producer:failed": channelsOfEvents.failed,
  "moldau:producer:waiting": channelsOfEvents.waiting,
  "moldau:producer:blocked": channelsOfEvents.blocked,
  "moldau:producer:transactionsInitialized": channelsOfEvents.transactionsInitialized,
  "moldau:producer:transactionBegun": channelsOfEvents.transactionBegun,
  "moldau:producer:transactionCommitted": channelsOfEvents.transactionCommitted,
  "moldau:producer:transactionAborted": channelsOfEvents.transactionAborted,
  "moldau:producer:transactionUndecided": channelsOfEvents.transactionUndecided,
  "moldau:producer:transactionWaiting": channelsOfEvents.transactionWaiting,
  "moldau:producer:transactionsStopped": channelsOfEvents.transactionsStopped,
  "moldau:producer:closed": channelsOfEvents.closed,
} as const;

/** The tracing channels of producers, by name. */
export const producerTraces = { "moldau:producer:send": sendChannel, "moldau:producer:batch": batchChannel } as const;
