import { invalidArgument, isPlainObject, OptionReader, show } from "@moldau/connection-pool";
import { parseCount } from "../call-options.js";
import { consumerNames } from "../names-of-kafkajs.js";
import { parseTopic } from "../options.js";
import type { MessageBatch } from "../reading/message-batch.js";
import type { TransactionalProducer } from "./transactional-producer.js";

/** How messages are read, worked on and written as one. */
export interface TransformOptions<Result = unknown> {
  /** Writes the results and commits the offsets, each time in one transaction: a producer with a `transactionalId` of its own for each member. */
  readonly producer: TransactionalProducer<Result>;
  /** The topic of results that name none. Default: none; then each has to. */
  readonly to?: string;
  /** Messages that one transaction reads at most. Default: as many as there are within `transactionMs`. */
  readonly maxMessages?: number;
  /**
   * Time in which a transaction takes in further batches that have been fetched already, in milliseconds; it is committed as soon as there are
   * none. 0: each batch has its own. Default 100.
   */
  readonly transactionMs?: number;
  /**
   * How often a batch is tried before its error ends the transform, with pauses after the client's `retry` options: with the defaults of both, five
   * attempts are over within some two seconds. Default 5.
   */
  readonly attempts?: number;
  /** How long a batch is tried again at least, however many attempts that takes, in milliseconds: for what is away for a while. Default 0. */
  readonly retryForMs?: number;
  /** Aborts the transaction in hand, and ends the transform with CLIENT_ABORTED. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/** What is around a batch that is worked on. */
export interface TransformContext {
  /** Fires when nothing can come of the work any more: the group gave the partitions to others, or the transform is being ended. */
  readonly signal: AbortSignal;
}

/** A message that a transform writes; it may name its own topic. */
export type TransformResult<Result> = Result & { readonly topic?: string };

/** What is made of a batch: the messages to be written, or nothing. */
export type TransformWork<Result> = (
  batch: MessageBatch,
  context: TransformContext,
) => TransformResults<Result> | Promise<TransformResults<Result>>;

/** The messages to be written, or nothing. */
export type TransformResults<Result> = Iterable<TransformResult<Result>> | null | undefined | void;

/** {@link TransformOptions}, checked and complete. */
export type ResolvedTransformOptions<Result> = Required<Omit<TransformOptions<Result>, "to" | "signal">> &
  Pick<TransformOptions<Result>, "to" | "signal">;

const maxInt32 = 2 ** 31 - 1;

/** Checks how a transform is run. @throws {KafkaError} CLIENT_INVALID_ARGUMENT */
export function parseTransformOptions<Result>(options: TransformOptions<Result>): ResolvedTransformOptions<Result> {
  const read = new OptionReader<TransformOptions<Result>>("transform", options, consumerNames);
  const producer = read.custom("producer", "a producer with a transactionalId", parseProducer<Result>);
  const to = read.optionalText("to");
  const resolved = {
    producer,
    maxMessages: read.custom("maxMessages", "a whole number of at least 1, or Infinity", parseCount, {
      default: Infinity,
    }),
    transactionMs: read.integer("transactionMs", { min: 0, max: maxInt32, default: 100 }),
    attempts: read.integer("attempts", { min: 1, default: 5 }),
    retryForMs: read.integer("retryForMs", { min: 0, max: maxInt32, default: 0 }),
    signal: read.signal("signal"),
  };
  read.done();
  return to === undefined ? resolved : { ...resolved, to: parseTopic(to, "transform: to") };
}

/** Checks what is to be done with a batch. @throws {KafkaError} CLIENT_INVALID_ARGUMENT */
export function checkWork(work: unknown): void {
  if (typeof work !== "function")
    throw invalidArgument(
      `transform: expected a function that makes messages of a batch, as in transform({ producer, to: "invoices" }, async (batch) => […]), not ${show(work)}.`,
    );
}

function parseProducer<Result>(value: unknown): TransactionalProducer<Result> | undefined {
  return isProducer<Result>(value) ? value : undefined;
}

function isProducer<Result>(value: unknown): value is TransactionalProducer<Result> {
  if (!isPlainObject(value)) return false;
  const hasCalls = ["fence", "transaction"].every((name) => typeof Reflect.get(value, name) === "function");
  // A producer of ours says that it has none; of another one that shows at its first transaction.
  const hasNoId = "transactionalId" in value && Reflect.get(value, "transactionalId") === undefined;
  return hasCalls && !hasNoId;
}
