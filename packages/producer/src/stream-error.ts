import type { KafkaError } from "@moldau/protocol-codec";
import { SendError, type FailedBatch, type SendErrorJson, type SentBatch } from "./send-error.js";

/** What a {@link StreamError} tells. */
export interface StreamErrorFacts {
  readonly acknowledged: number;
  readonly resumeFrom: number;
  readonly delivered: readonly SentBatch[];
  readonly failed: readonly FailedBatch[];
  readonly reason: KafkaError;
}

/** {@link StreamError} as JSON. */
export interface StreamErrorJson extends SendErrorJson {
  readonly acknowledged: number;
  readonly resumeFrom: number;
}

/**
 * A stream of messages has failed: some of what was written to it could not be delivered.
 *
 * `delivered` and `failed` are about the messages that went together with the one that failed first; their `indexes` count the messages of
 * the stream, in the order in which they were written, from 0.
 */
export class StreamError extends SendError {
  static override readonly brand: string = "StreamError";

  /** How many messages of the stream are in the log for certain. */
  readonly acknowledged: number;
  /**
   * The first message that is not, counted from 0: all before it are in the log. Writing again from here loses nothing; messages behind it
   * that were on their way may then be in the log twice.
   */
  readonly resumeFrom: number;

  constructor({ acknowledged, resumeFrom, delivered, failed, reason }: StreamErrorFacts) {
    const message =
      `The stream failed when ${acknowledged} of its messages were acknowledged; the first that was not is number ` +
      `${resumeFrom}, counted from 0: ${reason.message}`;
    super(delivered, failed, { message, reason });
    this.acknowledged = acknowledged;
    this.resumeFrom = resumeFrom;
  }

  /** For `JSON.stringify`: what a {@link SendError} tells, and how far the stream came. */
  override toJSON(): StreamErrorJson {
    return { ...super.toJSON(), acknowledged: this.acknowledged, resumeFrom: this.resumeFrom };
  }
}
