import type { KafkaError } from "@moldau/protocol-codec";
import { withJson } from "@moldau/protocol-codec/internal";
import type { Acknowledgement } from "../batch/batch-state.js";
import type { Failure, Piece, PieceOwner } from "../batch/piece.js";
import { SendError, type FailedBatch, type SentBatch } from "../send-error.js";

/** What a call comes to. */
export interface SendOutcome {
  /** What was delivered, when all was. */
  readonly result?: readonly SentBatch[];
  readonly error?: KafkaError;
}

/**
 * One `send` or `sendBatch` until all its messages have an outcome.
 *
 * There is one promise for the call, and a counter of what is still under way: nothing is kept per message.
 */
export class SendCall implements PieceOwner {
  /** What the call returns. */
  readonly promise: Promise<readonly SentBatch[]>;
  readonly #settled: (call: SendCall) => void;
  readonly #delivered: SentBatch[] = [];
  readonly #failed: FailedBatch[] = [];
  #resolve: (sent: readonly SentBatch[]) => void = () => undefined;
  #reject: (error: KafkaError) => void = () => undefined;
  readonly #waiting: (() => void)[] = [];
  #pending = 0;
  #entering = 0;
  #aborted: KafkaError | undefined;
  #outcome: SendOutcome | undefined;
  #watch: ((outcome: SendOutcome) => void) | undefined;

  /** `settled` is called when the promise gets its outcome. */
  constructor(settled: (call: SendCall) => void) {
    this.#settled = settled;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Has a function told the outcome, beside the promise: whoever forgets that is to hear of it from Node all the same. */
  watch(settled: (outcome: SendOutcome) => void): void {
    if (this.#outcome === undefined) this.#watch = settled;
    else settled(this.#outcome);
  }

  /** Resolves when no message waits to come into a batch any more. */
  async entered(): Promise<void> {
    if (this.#entering > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** One more thing that the call waits for: a piece in a batch, or the making of the call itself. */
  hold(): void {
    this.#pending += 1;
  }

  /** One thing less; the call settles with the last. */
  release(): void {
    this.#pending -= 1;
    if (this.#pending === 0) this.#settle();
  }

  /** Messages wait to come into batches. */
  entering(): void {
    this.#entering += 1;
    this.hold();
  }

  /** They are in batches, or failed. */
  hasEntered(): void {
    this.#entering -= 1;
    if (this.#entering === 0) for (const enter of this.#waiting.splice(0)) enter();
    this.release();
  }

  /** A piece is in the log. */
  delivered(piece: Piece, { baseOffset, timestamp, logStartOffset }: Acknowledgement): void {
    const { topic, partition, count, position } = piece;
    const sent = {
      topic,
      partition,
      ...(baseOffset === undefined ? undefined : { baseOffset: baseOffset + BigInt(position) }),
      count,
      indexes: piece.indexes(),
      ...(timestamp === undefined ? undefined : { timestamp }),
      ...(logStartOffset === undefined ? undefined : { logStartOffset }),
    };
    this.#delivered.push(withJson(sent));
    this.release();
  }

  /** A piece is not in the log, or may not be. */
  failed(piece: Piece, { error, written, recordErrors = [] }: Failure): void {
    const { topic, partition } = piece;
    const indexes = piece.indexes();
    const culprits = recordErrors.flatMap(({ batchIndex, batchIndexErrorMessage: reason }) => {
      const index = indexes[batchIndex - piece.position];
      return index === undefined ? [] : [{ index, reason }];
    });
    this.#failed.push({
      topic,
      partition,
      indexes,
      code: error.code,
      written,
      error,
      ...(culprits.length === 0 ? undefined : { culprits }),
    });
    this.release();
  }

  /** Messages failed before they came into a batch. */
  refused(topic: string, indexes: readonly number[], error: KafkaError): void {
    this.#failed.push({ topic, partition: -1, indexes, code: error.code, written: "no", error });
  }

  /** Nothing of the call is sent. */
  abort(error: KafkaError): void {
    this.#aborted = error;
  }

  #settle(): void {
    const error = this.#aborted ?? (this.#failed.length > 0 ? new SendError(this.#delivered, this.#failed) : undefined);
    if (error === undefined) this.#resolve(this.#delivered);
    else this.#reject(error);
    this.#settled(this);
    this.#outcome = error === undefined ? { result: this.#delivered } : { error };
    this.#watch?.(this.#outcome);
  }
}
