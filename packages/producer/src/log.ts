import { isConnectionFailure } from "@moldau/connection-pool";
import type { EventLines } from "@moldau/connection-pool/internal";
import type { ProducerEvents } from "./events.js";

/** What the log says of a producer's events. A broker that is away has a line of its own, so what fails because of it is for `debug`. */
export const producerLines: EventLines<ProducerEvents> = {
  retry: ({ topic, partition, count, error, attempts, delayMs }) => ({
    level: isConnectionFailure(error) ? "debug" : "warn",
    message: `A batch of ${messages(count)} for partition ${partition} of ${topic} is sent again in ${ms(delayMs)}: ${error.message}`,
    fields: { topic, partition, count, attempts, delayMs: Math.round(delayMs) },
    error,
    kind: `producer retry ${error.code} ${topic}`,
  }),
  failed: ({ topic, partition, count, error, written }) => ({
    level: "error",
    message: `A batch of ${messages(count)} for partition ${partition} of ${topic} was given up and ${written === "no" ? "is not in the log" : "may not be in the log"}; the calls that sent it reject: ${error.message}`,
    fields: { topic, partition, count, written },
    error,
    kind: `producer failed ${error.code} ${topic}`,
  }),
  waiting: ({ topic, error, delayMs }) => ({
    level: isConnectionFailure(error) ? "debug" : "warn",
    message: `Messages for ${topic} wait, and the topic is asked for again in ${ms(delayMs)}: ${error.message}`,
    fields: { topic, delayMs: Math.round(delayMs) },
    error,
    kind: `producer waiting ${error.code} ${topic}`,
  }),
  transactionsInitialized: ({ transactionalId, producerId, producerEpoch }) => ({
    level: "info",
    message: `The transactional id ${transactionalId} is this producer's: older ones are fenced`,
    fields: { transactionalId, producerId: String(producerId), producerEpoch },
  }),
  transactionAborted: ({ transactionalId, error }) =>
    error === undefined
      ? { level: "debug", message: `A transaction of ${transactionalId} was aborted`, fields: { transactionalId } }
      : {
          level: "warn",
          message: `A transaction of ${transactionalId} was aborted: ${error.message}`,
          fields: { transactionalId },
          error,
          kind: `producer transactionAborted ${error.code} ${transactionalId}`,
        },
  transactionUndecided: ({ transactionalId, error }) => ({
    level: "error",
    message: `Whether a transaction of ${transactionalId} was committed is not known; what is open of it is being aborted: ${error.message}`,
    fields: { transactionalId },
    error,
  }),
  transactionWaiting: ({ transactionalId, apiName, error, delayMs }) => ({
    level: error.code === "CONCURRENT_TRANSACTIONS" || isConnectionFailure(error) ? "debug" : "warn",
    message: `${apiName} for ${transactionalId} is sent again in ${ms(delayMs)}: ${error.message}`,
    fields: { transactionalId, apiName, delayMs: Math.round(delayMs) },
    error,
    kind: `producer transactionWaiting ${error.code} ${transactionalId}`,
  }),
  transactionsStopped: ({ transactionalId, error }) => ({
    level: "error",
    message: `The producer of ${transactionalId} is of no use any more, and every call fails: ${error.message}`,
    fields: { transactionalId },
    error,
  }),
  blocked: () => ({
    level: "warn",
    message:
      "A send waits, because bufferMemory is full: more is sent than the brokers take. It goes on when batches have their outcome.",
    kind: "producer blocked",
  }),
};

function messages(count: number): string {
  return count === 1 ? "one message" : `${count} messages`;
}

function ms(delayMs: number): string {
  return `${Math.round(delayMs)} ms`;
}
