import { invalidArgument, maxTimerMs, OptionReader } from "@moldau/connection-pool";
import { writeBatch, compressionNames, type CompressionName } from "@moldau/protocol-codec";
import type { Acks } from "./batch/lane.js";
import type { Payload } from "./accept/message.js";
import { acksMeanings, compressionMeanings, producerNames } from "./names-of-kafkajs.js";
import type { Partitioner } from "./partitioner/partitioner.js";
import { readSerializers, type Serializers } from "./accept/serialize.js";

/** How a producer batches, sends and retries; everything has a default. */
export interface ProducerOptions<Key = Payload, Value = Payload> {
  /**
   * Replicas that must have a message before it counts as sent: 0 none (no answer is awaited), 1 the leader, "all" every one in
   * sync. Default "all". Can be given per send.
   */
  readonly acks?: Acks | undefined;
  /**
   * Whether batches carry sequence numbers, so that a repeated one is written once and order survives failures. Needs acks "all".
   * Default true, or false when `acks` is 0 or 1.
   */
  readonly idempotent?: boolean | undefined;
  /** Compression of batches. Default "none". Can be given per send. */
  readonly compression?: CompressionName | undefined;
  /** Compression level, where the codec has levels. Default: the codec's. */
  readonly compressionLevel?: number | undefined;
  /**
   * How long a batch waits for company, in milliseconds. Default 0: what is sent in one turn of the event loop goes together, at its
   * end, and while requests are under way batches fill by themselves; an awaited send is never held back. More saves requests at low
   * rates. (Apache Kafka's own default is 5 since 4.0.)
   */
  readonly lingerMs?: number | undefined;
  /** Bytes at which a batch is full, before compression. Default 131,072. A larger message makes a batch of its own. */
  readonly batchSize?: number | undefined;
  /** Largest request, in bytes; no message may be larger. Default 1,048,576, just under a broker's own `message.max.bytes`. */
  readonly maxRequestSize?: number | undefined;
  /** Bytes of unsent and unanswered batches at which `send` waits. Default 33,554,432. */
  readonly bufferMemory?: number | undefined;
  /**
   * How long a `send` waits for memory or for the topic's metadata, in milliseconds, before it fails; and how long the coordinator is asked to
   * begin or to end a transaction. Default 60,000.
   */
  readonly maxBlockMs?: number | undefined;
  /** Time from `send` to the outcome, retries included, in milliseconds. Default 120,000. Can be given per send as `timeoutMs`. */
  readonly deliveryTimeoutMs?: number | undefined;
  /** Time for a broker's answer, in milliseconds; after it the connection is given up, and the batches are sent again. Default: the client's. */
  readonly requestTimeoutMs?: number | undefined;
  /** Requests under way to one broker. Default 5, which is also the most that idempotence allows; 1 keeps order without idempotence too. */
  readonly maxInFlight?: number | undefined;
  /** Whether a topic that does not exist may be created by the broker, if it is set up so. Default true. */
  readonly allowAutoTopicCreation?: boolean | undefined;
  /** Chooses partitions for messages that do not name theirs. Default: Kafka's own, murmur2 of the key, sticky without one. */
  readonly partitioner?: Partitioner | undefined;
  /**
   * Name under which this producer makes transactions. Only one producer has it at a time: a newer one with the same name fences this one
   * off. Everything is then sent in transactions. Needs idempotence. Default: none, and no transactions.
   */
  readonly transactionalId?: string | undefined;
  /**
   * How long a transaction may be open before the coordinator aborts it by itself, in milliseconds; a broker admits up to 15 minutes unless
   * it is set up otherwise. Needs `transactionalId`. Default 60,000.
   */
  readonly transactionTimeoutMs?: number | undefined;
  /** Turns keys and values of other types into bytes or text; may be asynchronous. Default: none. */
  readonly serialize?: Serializers<Key, Value> | undefined;
}

/** {@link ProducerOptions}, checked and complete. */
export interface ResolvedProducerOptions<Key, Value> {
  readonly acks: Acks;
  readonly idempotent: boolean;
  readonly compression: CompressionName;
  readonly compressionLevel: number | undefined;
  readonly lingerMs: number;
  readonly batchSize: number;
  readonly maxRequestSize: number;
  readonly bufferMemory: number;
  readonly maxBlockMs: number;
  readonly deliveryTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly maxInFlight: number;
  readonly allowAutoTopicCreation: boolean;
  readonly partitioner: Partitioner | undefined;
  readonly serialize: Serializers<Key, Value>;
  readonly transactionalId: string | undefined;
  readonly transactionTimeoutMs: number;
}

const acksChoices = ["all", 0, 1] as const;
const defaultAcks: Acks = "all";
const defaultCompression: CompressionName = "none";

/**
 * Checks a producer's options and fills in defaults; `requestTimeoutMs` is the client's own.
 *
 * @throws {KafkaError} CLIENT_INVALID_ARGUMENT when an option is wrong or unknown.
 */
export function resolveProducerOptions<Key, Value>(
  options: ProducerOptions<Key, Value> | undefined,
  { requestTimeoutMs }: { readonly requestTimeoutMs: number },
): ResolvedProducerOptions<Key, Value> {
  const read = new OptionReader<ProducerOptions<Key, Value>>("producer options", options, producerNames);
  const acks = read.choice("acks", acksChoices, { default: defaultAcks, meanings: acksMeanings });
  const idempotent = read.boolean("idempotent", { default: acks === "all" });
  if (idempotent && acks !== "all") {
    throw invalidArgument(`producer options: idempotent needs acks "all", not ${acks}: leave out one of the two.`);
  }
  const transactionalId = read.optionalText("transactionalId");
  if (transactionalId !== undefined && !idempotent) {
    const culprit = acks === "all" ? "idempotent: false" : `acks: ${acks}`;
    throw invalidArgument(
      `producer options: transactionalId needs an idempotent producer with acks "all": leave out ${culprit}, or transactionalId.`,
    );
  }
  if (transactionalId === undefined && options?.transactionTimeoutMs !== undefined) {
    throw invalidArgument(
      "producer options: transactionTimeoutMs is for transactions, and without transactionalId there are none: name one, or leave it out.",
    );
  }
  const maxRequestSize = read.integer("maxRequestSize", { min: 1024, max: 2 ** 30, default: 1_048_576 });
  const resolved = {
    acks,
    idempotent,
    compression: read.choice("compression", compressionNames, {
      default: defaultCompression,
      meanings: compressionMeanings,
    }),
    compressionLevel: read.integer("compressionLevel", { default: null }) ?? undefined,
    lingerMs: read.number("lingerMs", { min: 0, max: maxTimerMs, default: 0 }),
    batchSize: Math.min(read.integer("batchSize", { min: 0, max: 2 ** 30, default: 131_072 }), maxRequestSize),
    maxRequestSize,
    bufferMemory: read.integer("bufferMemory", { min: 1, default: 33_554_432 }),
    maxBlockMs: read.integer("maxBlockMs", { min: 0, max: maxTimerMs, default: 60_000 }),
    deliveryTimeoutMs: read.integer("deliveryTimeoutMs", { min: 1, max: maxTimerMs, default: 120_000 }),
    requestTimeoutMs: read.integer("requestTimeoutMs", { min: 1, max: maxTimerMs, default: requestTimeoutMs }),
    maxInFlight: read.integer("maxInFlight", { min: 1, max: idempotent ? 5 : 1_000_000, default: 5 }),
    allowAutoTopicCreation: read.boolean("allowAutoTopicCreation", { default: true }),
    partitioner: read.custom("partitioner", "a function", parsePartitioner, { default: null }) ?? undefined,
    serialize: read.custom("serialize", "an object", () => readSerializers(options?.serialize), { default: {} }),
    transactionalId,
    transactionTimeoutMs: read.integer("transactionTimeoutMs", { min: 1, max: maxTimerMs, default: 60_000 }),
  };
  read.done();
  checkLevel(resolved);
  return resolved;
}

/** Lets the codec itself say whether it has the level, before anything is sent. */
function checkLevel({
  compression,
  compressionLevel,
}: {
  readonly compression: CompressionName;
  readonly compressionLevel: number | undefined;
}): void {
  if (compressionLevel !== undefined) writeBatch({ compression, level: compressionLevel }, [{ value: null }]);
}

function parsePartitioner(value: unknown): Partitioner | undefined {
  return isPartitioner(value) ? value : undefined;
}

function isPartitioner(value: unknown): value is Partitioner {
  return typeof value === "function";
}
