import { ErrorCode, errorByCode } from "@moldau/protocol-codec";
import { LogError } from "../log/log-error.js";

/** A request to a coordinator that is to be answered with an error. */
export class CoordinatorError extends Error {
  /** Kafka's error number. */
  readonly errorCode: number;

  /** The message is what Kafka says of the error in general, unless a sentence about this one is given. */
  constructor(
    errorCode: number,
    { message, ...options }: { readonly message?: string; readonly cause?: unknown } = {},
  ) {
    super(message ?? errorByCode(errorCode).message, options);
    this.name = "CoordinatorError";
    this.errorCode = errorCode;
  }
}

/** The error to answer with. Throws what is no error of a coordinator. */
export function errorCodeOf(error: unknown): number {
  if (error instanceof CoordinatorError) return error.errorCode;
  throw error;
}

/**
 * What a client of a coordinator hears when the coordinator's own log refused an append: the errors of a Produce would send it
 * looking for the wrong leader.
 */
const appendErrors: ReadonlyMap<number, number> = new Map([
  [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.COORDINATOR_NOT_AVAILABLE],
  [ErrorCode.NOT_ENOUGH_REPLICAS, ErrorCode.COORDINATOR_NOT_AVAILABLE],
  [ErrorCode.REQUEST_TIMED_OUT, ErrorCode.COORDINATOR_NOT_AVAILABLE],
  [ErrorCode.NOT_LEADER_OR_FOLLOWER, ErrorCode.NOT_COORDINATOR],
  [ErrorCode.KAFKA_STORAGE_ERROR, ErrorCode.NOT_COORDINATOR],
  [ErrorCode.MESSAGE_TOO_LARGE, ErrorCode.UNKNOWN_SERVER_ERROR],
  [ErrorCode.RECORD_LIST_TOO_LARGE, ErrorCode.UNKNOWN_SERVER_ERROR],
  [ErrorCode.INVALID_FETCH_SIZE, ErrorCode.UNKNOWN_SERVER_ERROR],
  // Between coordinators: repeating it is all that is to be done, and this is what every client repeats without looking anew.
  [ErrorCode.NETWORK_EXCEPTION, ErrorCode.COORDINATOR_LOAD_IN_PROGRESS],
]);

/** The error that a client of a coordinator hears in the place of one that is about partitions. */
export function clientError(errorCode: number): number {
  return appendErrors.get(errorCode) ?? errorCode;
}

/** The error to answer with when an append failed with `error`. */
export function appendFailure(error: unknown): CoordinatorError {
  const errorCode = error instanceof LogError ? error.errorCode : ErrorCode.UNKNOWN_SERVER_ERROR;
  return new CoordinatorError(clientError(errorCode), { cause: error });
}

/** The error that whoever sent a marker hears when it could not be written: the log's own, since it is no client that looks for a coordinator. */
export function markerFailure(error: unknown): CoordinatorError {
  const errorCode = error instanceof LogError ? error.errorCode : ErrorCode.UNKNOWN_SERVER_ERROR;
  return new CoordinatorError(errorCode, { cause: error });
}
