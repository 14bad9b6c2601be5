import { OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import {
  ErrorCode,
  KafkaError,
  WriteTxnMarkers,
  type RequestInputOf,
  type WriteTxnMarkersResponse,
} from "@moldau/protocol-codec";
import { withJson } from "@moldau/protocol-codec/internal";
import type { ItemResult } from "../routing/item-result.js";
import { leader, type NamedPartition } from "../routing/leader.js";
import { perform } from "../routing/perform.js";
import { failureOfOne } from "../routing/route.js";
import { timeLeft } from "../routing/time-left.js";
import { operationOptions, unique } from "./arguments.js";
import { producersOf, type PartitionProducers } from "./describe-producers.js";
import { judge, openIn, type Judgement, type OpenTransaction } from "./hanging.js";
import type { Operation } from "./operation.js";
import { partitionKey, partitionReader, readPartition } from "./partition-items.js";
import { asInt64 } from "./producer-ids.js";

/** A transaction in a partition: as `findHangingTransactions` found it, or as `describeProducers` shows it. */
export interface TransactionToAbort extends NamedPartition {
  readonly producerId: bigint;
  /** The producer's epoch; a partition that has seen another one refuses. */
  readonly producerEpoch: number;
  /** The epoch that the mark is signed with; a partition that has seen a later one refuses. Default: what the partition has seen last. */
  readonly coordinatorEpoch?: number;
  /** Its first offset in the partition: a transaction that began elsewhere is left alone. Default: whichever is open. */
  readonly startOffset?: bigint;
  /** What else stands in a finding, and decides nothing here. */
  readonly lastTimestamp?: number;
  /** Likewise. */
  readonly transactionalId?: string;
}

/** Which transactions to abort, and where. */
export interface AbortTransactionOptions extends OperationOptions {
  /** The partitions, each with the transaction that hangs in it. */
  readonly partitions: readonly TransactionToAbort[];
  /**
   * Whether to abort without asking the coordinators whether it really hangs: where they cannot be asked, or in spite of what they say. A
   * transaction that its coordinator commits all the same is then torn: aborted in these partitions, committed in the others. Default false.
   */
  readonly force?: boolean;
}

/** What became of a transaction to abort. */
export interface AbortedTransaction extends ItemResult {
  readonly topic: string;
  readonly partition: number;
  readonly producerId: bigint;
}

/**
 * Ends transactions that hang in partitions, by writing there the mark of an abort that no coordinator will write any more, each with a
 * result of its own (WriteTxnMarkers, KIP-664).
 *
 * Before that it looks whether the transaction is open in the partition, and whether no coordinator is going to end it.
 */
export function abortTransaction(options: AbortTransactionOptions): Operation<readonly AbortedTransaction[]> {
  const read = new OptionReader("abortTransaction", options);
  const items = read.list("partitions", checkTransaction, {
    nonEmpty: true,
    example: "those of findHangingTransactions",
  });
  const force = read.boolean("force", { default: false });
  const wait = operationOptions(read);
  read.done();
  unique("abortTransaction: partitions", items.map(itemKey));
  return { wait, run: (cluster, wait) => abort({ items, force, cluster, left: timeLeft(cluster, wait) }) };
}

interface Abort {
  readonly items: readonly TransactionToAbort[];
  readonly force: boolean;
  readonly cluster: Cluster;
  readonly left: () => OperationOptions;
}

async function abort({ items, force, cluster, left }: Abort): Promise<readonly AbortedTransaction[]> {
  const partitions = new Map(
    items.map(({ topic, partition }) => [partitionKey(topic, partition), { topic, partition }]),
  );
  const described = await producersOf([...partitions.values()])(cluster, left());
  const byPartition = new Map(described.map((each) => [partitionKey(each.topic, each.partition), each]));
  const sought = items.map((item) => ({
    item,
    open: openFor(item, byPartition.get(partitionKey(item.topic, item.partition))),
  }));
  const open = sought.flatMap((each) => (each.open instanceof KafkaError ? [] : [each.open]));
  const judged = force ? undefined : await judge(open, cluster, left);
  const marks = sought.map(({ item, open }) => markFor(item, open, judged));
  const sent = marks.flatMap((mark) => (mark instanceof KafkaError ? [] : [mark]));
  const results = await write(sent)(cluster, left()).catch((error: unknown) => {
    const failure = failureOfOne(error);
    if (sent.length === items.length) throw failure;
    // The others have results that a rejection would hide.
    return sent.map((mark) => outcome(mark, failure));
  });
  const written = new Map(results.map((result) => [itemKey(result), result]));
  return items.map((item, index) => written.get(itemKey(item)) ?? outcome(item, marks[index]));
}

/** The open transaction that is meant, or why it cannot be that one. */
function openFor(item: TransactionToAbort, described: PartitionProducers | undefined): OpenTransaction | KafkaError {
  if (described?.error !== undefined) return described.error;
  const open = described && openIn(described).find(({ producerId }) => producerId === item.producerId);
  if (open === undefined) return refusal(item, "INVALID_TXN_STATE", "no transaction of it is open there (any more)");
  const { producerEpoch, startOffset } = open;
  if (producerEpoch !== item.producerEpoch)
    return refusal(item, "INVALID_PRODUCER_EPOCH", `the one that is open there is of epoch ${producerEpoch}`);
  if (item.startOffset !== undefined && item.startOffset !== startOffset)
    return refusal(item, "INVALID_TXN_STATE", `the one that is open there began at offset ${startOffset}`);
  return open;
}

/** What is written into a partition: the end of a transaction. */
type Mark = OpenTransaction & { readonly coordinatorEpoch: number };

/** The mark that ends a transaction, or why none may be written. */
function markFor(
  item: TransactionToAbort,
  open: OpenTransaction | KafkaError,
  judged: ReadonlyMap<OpenTransaction, Judgement> | undefined,
): Mark | KafkaError {
  if (open instanceof KafkaError) return open;
  const judgement = judged?.get(open);
  if (judgement?.kind === "unknown") return judgement.error;
  if (judgement?.kind === "ended") return refusal(item, "INVALID_TXN_STATE", "it has ended just now");
  if (judgement?.kind === "coordinated") return refusal(item, "INVALID_TXN_STATE", stillCoordinated(judgement));
  // A producer whose first transaction hangs has been heard of by no coordinator there; 0 is below or equal to the epoch of each.
  return { ...open, coordinatorEpoch: item.coordinatorEpoch ?? open.coordinatorEpoch ?? 0 };
}

function stillCoordinated({ transaction }: Extract<Judgement, { kind: "coordinated" }>): string {
  const { transactionalId, state, timeoutMs = 0 } = transaction;
  return (
    `the coordinator of "${transactionalId}" has it as ${state} and will end it, ${timeoutMs} ms after it began at the latest; ` +
    `fenceProducers({ transactionalIds: ["${transactionalId}"] }) aborts it now, in all of its partitions`
  );
}

function refusal(
  { topic, partition, producerId, producerEpoch }: TransactionToAbort,
  code: "INVALID_TXN_STATE" | "INVALID_PRODUCER_EPOCH",
  why: string,
): KafkaError {
  const facts = { topic, partition, errorCode: ErrorCode[code] };
  const what = `The transaction of producer ${producerId} in epoch ${producerEpoch} in ${partitionKey(topic, partition)}`;
  return new KafkaError(code, `${code}: ${what} was not aborted: ${why}.`, facts);
}

/** Writes marks of aborts at the leaders. */
function write(
  marks: readonly Mark[],
): (cluster: Cluster, wait: OperationOptions) => Promise<readonly AbortedTransaction[]> {
  return perform({
    api: WriteTxnMarkers,
    items: marks,
    route: leader,
    // A second mark would abort what the producer began in between.
    repeatable: false,
    doubts: new Set([ErrorCode.UNKNOWN_TOPIC_OR_PARTITION]),
    keyOf: (mark) => itemKey(mark),
    factsOf: ({ topic, partition }) => ({ topic, partition }),
    question: (items) => ({ markers: items.map(toRequest) }),
    answers: answersOf,
    succeeded: (mark): AbortedTransaction => outcome(mark, undefined),
    failed: (mark, error): AbortedTransaction => outcome(mark, error),
  });
}

type Marker = NonNullable<RequestInputOf<typeof WriteTxnMarkers>["markers"]>[number];

function toRequest({ topic, partition, producerId, producerEpoch, coordinatorEpoch }: Mark): Marker {
  const topics = [{ name: topic, partitionIndexes: [partition] }];
  return { producerId, producerEpoch, coordinatorEpoch, transactionResult: false, topics };
}

function* answersOf({ markers }: WriteTxnMarkersResponse): Iterable<readonly [string, { readonly errorCode: number }]> {
  for (const { producerId, topics } of markers)
    for (const { name: topic, partitions } of topics)
      for (const answer of partitions) yield [itemKey({ topic, partition: answer.partitionIndex, producerId }), answer];
}

function outcome(
  { topic, partition, producerId }: Pick<AbortedTransaction, "topic" | "partition" | "producerId">,
  error: unknown,
): AbortedTransaction {
  return withJson({ topic, partition, producerId, ...(error instanceof KafkaError ? { error } : {}) });
}

function itemKey({
  topic,
  partition,
  producerId,
}: Pick<AbortedTransaction, "topic" | "partition" | "producerId">): string {
  return `producer ${producerId} in ${partitionKey(topic, partition)}`;
}

function checkTransaction(value: unknown, path: string): TransactionToAbort {
  const example = '{ topic: "orders", partition: 0, producerId: 4000n, producerEpoch: 0 }';
  const read = partitionReader<TransactionToAbort>(value, path, { example });
  const named = readPartition(read);
  const producerId = read.custom("producerId", "a bigint from 0n", asInt64, { example: "4000n" });
  const producerEpoch = read.integer("producerEpoch", { min: 0, max: 2 ** 15 - 1 });
  const coordinatorEpoch = read.integer("coordinatorEpoch", { min: 0, max: 2 ** 31 - 1, default: null });
  const startOffset = read.custom("startOffset", "a bigint from 0n", asInt64, { default: null });
  read.integer("lastTimestamp", { default: null });
  read.optionalText("transactionalId");
  read.done();
  return {
    ...{ ...named, producerId, producerEpoch },
    ...(coordinatorEpoch === null ? {} : { coordinatorEpoch }),
    ...(startOffset === null ? {} : { startOffset }),
  };
}
