import { KafkaError, type AsJson, type KafkaErrorJson } from "@moldau/protocol-codec";
import type { Written } from "./batch/batch-state.js";

/**
 * Messages of one call that went into the log together: one entry for each (partition, batch). `JSON.stringify` writes its offsets as text
 * ({@link SentBatchJson}); of a copy that is spread from it, it takes none.
 */
export interface SentBatch {
  readonly topic: string;
  readonly partition: number;
  /** Offset of the first of these messages; absent with acks 0, and where the broker could not tell (a duplicate). */
  readonly baseOffset?: bigint;
  /** Number of messages; they lie at consecutive offsets. */
  readonly count: number;
  /** Which messages of the call: positions in its `messages`, ascending; in `sendBatch` counted through all entries of the topic. */
  readonly indexes: readonly number[];
  /** The time the broker gave them, in milliseconds since 1970; absent unless the topic has `message.timestamp.type=LogAppendTime`. */
  readonly timestamp?: number;
  /** The first offset that the partition still has. */
  readonly logStartOffset?: bigint;
}

/** {@link SentBatch} as JSON. */
export type SentBatchJson = AsJson<SentBatch>;

/** Messages of one call that failed together. */
export interface FailedBatch {
  readonly topic: string;
  /** -1 when it was not known yet. */
  readonly partition: number;
  /** Which messages of the call, as in {@link SentBatch.indexes}. */
  readonly indexes: readonly number[];
  /** Kafka's name of the error, or one that begins with `CLIENT_`. */
  readonly code: string;
  /** `no`: certainly not in the log, so sending again makes no duplicate. `maybe`: an attempt was made whose outcome is unknown. */
  readonly written: Written;
  /** What happened. */
  readonly error: KafkaError;
  /** Messages that the broker named as the culprits (KIP-467); the others failed because they shared their batch. */
  readonly culprits?: readonly { readonly index: number; readonly reason: string | null }[];
}

/** {@link SendError} as JSON. */
export interface SendErrorJson extends KafkaErrorJson {
  readonly delivered: readonly SentBatchJson[];
  readonly failed: readonly AsJson<FailedBatch>[];
}

/**
 * Some messages of a `send` or `sendBatch` could not be delivered; the others were.
 *
 * `code`, `retriable` and `cause` are those of the first failure. Nothing that is in `delivered` should be sent again.
 */
export class SendError extends KafkaError {
  static override readonly brand: string = "SendError";

  /** What went into the log, as the call would have returned it. */
  readonly delivered: readonly SentBatch[];
  /** What did not, or may not have. */
  readonly failed: readonly FailedBatch[];

  /** `told` is for what tells more than that some messages of a call failed. */
  constructor(
    delivered: readonly SentBatch[],
    failed: readonly FailedBatch[],
    told: { readonly reason: KafkaError; readonly message: string } = summary(delivered, failed),
  ) {
    const { reason, message } = told;
    const [first] = failed;
    super(reason.code, message, {
      retriable: failed.every(({ error: each }) => each.retriable),
      cause: reason,
      ...(first === undefined ? undefined : { topic: first.topic, partition: first.partition }),
      ...(reason.index === undefined ? undefined : { index: reason.index }),
      written: failed.some(({ written }) => written === "maybe"),
    });
    this.delivered = delivered;
    this.failed = failed;
  }

  /** For `JSON.stringify`: what every error tells, and what was delivered and what failed. */
  override toJSON(): SendErrorJson {
    return { ...super.toJSON(), delivered: this.delivered.map(sentJson), failed: this.failed.map(failedJson) };
  }
}

function sentJson({ baseOffset, logStartOffset, ...rest }: SentBatch): SentBatchJson {
  return {
    ...rest,
    ...(baseOffset === undefined ? undefined : { baseOffset: String(baseOffset) }),
    ...(logStartOffset === undefined ? undefined : { logStartOffset: String(logStartOffset) }),
  };
}

function failedJson({ error, ...rest }: FailedBatch): AsJson<FailedBatch> {
  return { ...rest, error: error.toJSON() };
}

/** `2 of 5 messages were not delivered to topic "orders": …`; the topic is named once, and where there are several, that of the reason. */
function summary(
  delivered: readonly SentBatch[],
  failed: readonly FailedBatch[],
): { readonly reason: KafkaError; readonly message: string } {
  const [first] = failed;
  if (first === undefined) throw new Error("A SendError tells of messages that failed.");
  const { error: reason, topic } = first;
  const lost = failed.reduce((sum, { indexes }) => sum + indexes.length, 0);
  const sent = delivered.reduce((sum, { count }) => sum + count, 0);
  const where = reason.message.includes(topic) ? "" : ` to topic ${JSON.stringify(topic)}`;
  const what = lost + sent === 1 ? "The message was" : `${lost} of ${lost + sent} messages were`;
  return { reason, message: `${what} not delivered${where}: ${reason.message}` };
}
