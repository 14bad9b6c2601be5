import { KafkaError, kafkaError, type KafkaErrorFacts, type KafkaErrorOptions } from "@moldau/protocol-codec";

/** The codes of failures that this side found, as opposed to those that a broker reported under Kafka's own names. */
export const ClientErrorCode = {
  /** The caller's signal fired. */
  ABORTED: "CLIENT_ABORTED",
  /** The client, or the object it was asked of, has been closed. */
  CLOSED: "CLIENT_CLOSED",
  /** A connection ended while a request waited on it. */
  CONNECTION_CLOSED: "CLIENT_CONNECTION_CLOSED",
  /** No connection could be opened. */
  CONNECTION_FAILED: "CLIENT_CONNECTION_FAILED",
  /** An argument or option is wrong; the message says what to write instead. */
  INVALID_ARGUMENT: "CLIENT_INVALID_ARGUMENT",
  /** What was called for does not go with how the object was made, or with what it is doing; the message says what to do instead. */
  INVALID_STATE: "CLIENT_INVALID_STATE",
  /** The broker's answer breaks the rules of the protocol. */
  PROTOCOL_VIOLATION: "CLIENT_PROTOCOL_VIOLATION",
  /** No answer came in time. */
  REQUEST_TIMEOUT: "CLIENT_REQUEST_TIMEOUT",
  /** The login was refused, or the server could not prove who it is. */
  SASL_FAILED: "CLIENT_SASL_FAILED",
  /** The encrypted channel could not be made: certificate, name or protocol version. */
  TLS_FAILED: "CLIENT_TLS_FAILED",
  /** Something failed that nobody foresaw: the cause has it. */
  UNEXPECTED: "CLIENT_UNEXPECTED",
} as const;

/** One of the values of {@link ClientErrorCode}. */
export type ClientErrorCode = (typeof ClientErrorCode)[keyof typeof ClientErrorCode];

/** Makes the error for a wrong argument; `message` says what is wrong and what to write instead. */
export function invalidArgument(message: string): KafkaError {
  return new KafkaError(ClientErrorCode.INVALID_ARGUMENT, message);
}

/** Makes the error for a call that does not go with the state of what it is called on; `message` says what to do instead. */
export function invalidState(message: string, facts: KafkaErrorFacts = {}): KafkaError {
  return new KafkaError(ClientErrorCode.INVALID_STATE, message, facts);
}

/** Makes the error for a caller whose signal fired; the signal's reason is the cause. */
export function clientAborted(signal: AbortSignal, facts: KafkaErrorOptions = {}): KafkaError {
  return new KafkaError(ClientErrorCode.ABORTED, "The operation was aborted by its signal.", {
    ...facts,
    cause: signal.reason,
  });
}

/** What a signal's firing means for whoever heeds it: the KafkaError that is its reason (the client was closed), otherwise CLIENT_ABORTED. */
export function abortedBy(signal: AbortSignal, facts?: KafkaErrorOptions): KafkaError {
  const { reason }: { reason: unknown } = signal;
  if (!(reason instanceof KafkaError)) return clientAborted(signal, facts);
  return facts === undefined ? reason : new KafkaError(reason.code, reason.message, { ...facts, cause: reason });
}

/** Makes the error for a call on something that was closed. */
export function clientClosed(what: string): KafkaError {
  return new KafkaError(ClientErrorCode.CLOSED, `${what} has been closed.`, { written: false });
}

/** Makes the error for an operation that did not come to an end within its time. */
export function timedOut(message: string, options: KafkaErrorOptions = {}): KafkaError {
  return new KafkaError(ClientErrorCode.REQUEST_TIMEOUT, message, { retriable: true, ...options });
}

/** Makes the error for a connection that could not be opened. */
export function connectionFailed(message: string, options: KafkaErrorOptions = {}): KafkaError {
  return new KafkaError(ClientErrorCode.CONNECTION_FAILED, message, { retriable: true, written: false, ...options });
}

/** Makes the error for a connection that ended. */
export function connectionClosed(message: string, options: KafkaErrorOptions = {}): KafkaError {
  return new KafkaError(ClientErrorCode.CONNECTION_CLOSED, message, { retriable: true, ...options });
}

/** Makes the error for a broker that breaks the protocol's rules. */
export function protocolViolation(message: string, options: KafkaErrorOptions = {}): KafkaError {
  return new KafkaError(ClientErrorCode.PROTOCOL_VIOLATION, message, options);
}

/**
 * Makes the error that a broker's code stands for, as {@link kafkaError} does; its message also names the partition, topic, group or
 * transactional id that it is about, unless the broker's own sentence does.
 */
export function brokerError(errorCode: number, facts: KafkaErrorFacts, detail?: string | null): KafkaError {
  const error = kafkaError(errorCode, facts, detail);
  const { code, message, retriable, refreshMetadata = false } = error;
  const { name, title } = subjectOf(facts);
  if (name === undefined || mentions(message, name)) return error;
  const sentence = message.endsWith(".") ? message : `${message}.`;
  return new KafkaError(code, `${sentence} It was asked about ${title}.`, {
    ...facts,
    errorCode,
    retriable,
    refreshMetadata,
  });
}

function subjectOf({ topic, partition = -1, groupId, transactionalId }: KafkaErrorFacts): {
  readonly name?: string;
  readonly title?: string;
} {
  if (topic !== undefined)
    return partition < 0
      ? { name: topic, title: `the topic "${topic}"` }
      : { name: topic, title: `${topic}-${partition}` };
  if (groupId !== undefined) return { name: groupId, title: `the group "${groupId}"` };
  return transactionalId === undefined
    ? {}
    : { name: transactionalId, title: `the transactional id "${transactionalId}"` };
}

/** Whether a name stands in a text, in quotes or as a word of its own. */
function mentions(text: string, name: string): boolean {
  return (
    [`'${name}'`, JSON.stringify(name)].some((quoted) => text.includes(quoted)) ||
    text.split(/[\s'"(),:]+/).some((word) => word === name || word === `${name}.`)
  );
}

/** Tells whether a failure is one of the connection, so that the same request may succeed on another one. */
export function isConnectionFailure(error: unknown): error is KafkaError {
  if (!(error instanceof KafkaError)) return false;
  return (
    error.code === ClientErrorCode.CONNECTION_CLOSED ||
    error.code === ClientErrorCode.CONNECTION_FAILED ||
    error.code === ClientErrorCode.REQUEST_TIMEOUT
  );
}

/** A sentence, with what led to it where that is known: `Nothing was heard within 100 ms: connection refused.` */
export function because(what: string, cause: Error | undefined): string {
  return cause === undefined ? `${what}.` : `${what}: ${cause.message}`;
}

/** Makes a KafkaError of whatever was thrown: itself when it is one, otherwise one with `code` and the thrown as its cause. */
export function asKafkaError(error: unknown, code: string = ClientErrorCode.UNEXPECTED): KafkaError {
  return error instanceof KafkaError ? error : new KafkaError(code, messageOf(error), { cause: error });
}

/** The text of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
