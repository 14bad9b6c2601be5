import { ErrorCode, errorByCode } from "@moldau/protocol-codec";

/** What is wrong with one record of a refused batch. */
export interface RecordError {
  /** Position of the record in its batch, from 0. */
  readonly batchIndex: number;
  /** A sentence about it. */
  readonly message: string;
}

/** What a {@link LogError} may carry besides its code and message. */
export interface LogErrorOptions {
  readonly recordErrors?: readonly RecordError[];
  readonly cause?: unknown;
}

/**
 * A log refused or could not do what it was asked; `errorCode` is the number to put into the response.
 */
export class LogError extends Error {
  /** Kafka's error number. */
  readonly errorCode: number;
  /** The records at fault when a batch was refused for some of its records; otherwise empty. */
  readonly recordErrors: readonly RecordError[];

  constructor(errorCode: number, message: string, { recordErrors = [], cause }: LogErrorOptions = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "LogError";
    this.errorCode = errorCode;
    this.recordErrors = recordErrors;
  }

  /** Kafka's name of the error. */
  get code(): string {
    return errorByCode(this.errorCode).name;
  }
}

/** The error of a log whose storage failed underneath it. */
export function storageFailure(what: string, cause: unknown): LogError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new LogError(ErrorCode.KAFKA_STORAGE_ERROR, `${what}: ${reason}`, { cause });
}
