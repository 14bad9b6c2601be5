import { KafkaError, type KafkaErrorJson } from "@moldau/protocol-codec";
import { mayHelpToRunAgain } from "./run-again.js";

/** {@link TransactionError} as JSON. */
export interface TransactionErrorJson extends KafkaErrorJson {
  readonly outcome: "aborted" | "unknown";
}

/**
 * A transaction was not committed.
 *
 * `code` and `cause` are those of what went wrong. With the outcome `aborted` nothing of the transaction counts, and its work may be done again:
 * `retriable` says whether that can help, or would meet the same refusal. With `unknown` the request to commit was sent and no answer came, so
 * that all of it may count, or nothing; `retriable` is false then.
 */
export class TransactionError extends KafkaError {
  static override readonly brand: string = "TransactionError";

  /** What became of the transaction. */
  readonly outcome: "aborted" | "unknown";

  constructor(outcome: "aborted" | "unknown", reason: KafkaError, transactionalId: string) {
    const { code } = reason;
    const retriable = outcome === "aborted" && mayHelpToRunAgain(reason);
    super(code, `${beginnings[outcome]}: ${reason.message}`, { retriable, transactionalId, cause: reason });
    this.outcome = outcome;
  }

  /** For `JSON.stringify`: what every error tells, and the outcome. */
  override toJSON(): TransactionErrorJson {
    return { ...super.toJSON(), outcome: this.outcome };
  }
}

const beginnings: Readonly<Record<"aborted" | "unknown", string>> = {
  aborted: "The transaction was aborted instead of committed",
  unknown: "Whether the transaction was committed is not known",
};
