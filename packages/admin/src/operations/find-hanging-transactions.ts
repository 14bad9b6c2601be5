import { OptionReader, type Cluster, type OperationOptions } from "@moldau/connection-pool";
import type { KafkaError } from "@moldau/protocol-codec";
import { withJson } from "@moldau/protocol-codec/internal";
import type { NamedPartition } from "../routing/leader.js";
import { timeLeft } from "../routing/time-left.js";
import { operationOptions } from "./arguments.js";
import { producersOf } from "./describe-producers.js";
import { judge, openIn, type OpenTransaction } from "./hanging.js";
import { listTopics } from "./list-topics.js";
import type { Operation } from "./operation.js";
import { byNameAndNumber, checkPartition } from "./partition-items.js";
import { isEmptySelection, readSelection, select, type Selected, type Selection } from "./selection.js";

/** Where to look for transactions that nobody will end. Without topics and partitions: everywhere. */
export interface FindHangingTransactionsOptions extends OperationOptions {
  /** Only these topics, with all of their partitions. Default: none. */
  readonly topics?: readonly string[];
  /** Only these partitions, of topics that do not stand in `topics`. Default: none. */
  readonly partitions?: readonly NamedPartition[];
  /**
   * Only those whose producer has written nothing for so many milliseconds. Default 900,000: as long as brokers let a transaction be open,
   * unless their `transaction.max.timeout.ms` says otherwise.
   */
  readonly quietForMs?: number;
}

/** A transaction in a partition that no coordinator will end: readers of committed messages stand before it for ever. */
export interface HangingTransaction extends OpenTransaction {
  /** The transactional id that its producer has; absent where no coordinator knows the producer any more. */
  readonly transactionalId?: string;
}

/** What was found. */
export interface HangingTransactions {
  /** By topic and number: what `abortTransaction` takes. */
  readonly transactions: readonly HangingTransaction[];
  /** The partitions of which it is not known, because a leader or a coordinator could not be asked; empty when the list is complete. */
  readonly failed: readonly FailedPartition[];
}

/** A partition that could not be looked at. */
export interface FailedPartition extends NamedPartition {
  /** -1 where no partition of the topic could be. */
  readonly partition: number;
  readonly error: KafkaError;
}

/**
 * Finds transactions that are open in a partition although their coordinator does not count the partition to them, or is gone (KIP-664): what
 * `kafka-transactions.sh find-hanging` finds.
 *
 * It asks the leaders of all partitions for their producers, every broker for the transactions of those that were quiet for long, and the leaders
 * once more: what ended meanwhile does not hang.
 */
export function findHangingTransactions(options: FindHangingTransactionsOptions): Operation<HangingTransactions> {
  const read = new OptionReader("findHangingTransactions", options);
  const selection = readSelection(read, { subject: "findHangingTransactions", checkPartition });
  const quietForMs = read.integer("quietForMs", { min: 0, default: 900_000 });
  const wait = operationOptions(read);
  read.done();
  return { wait, run: (cluster, wait) => find({ selection, quietForMs, cluster, left: timeLeft(cluster, wait) }) };
}

interface Search {
  readonly selection: Selection;
  readonly quietForMs: number;
  readonly cluster: Cluster;
  readonly left: () => OperationOptions;
}

async function find({ selection, quietForMs, cluster, left }: Search): Promise<HangingTransactions> {
  const { partitions, failed: unread } = await selected(selection, cluster, left());
  const found = await producersOf(partitions)(cluster, left());
  const quietSince = cluster.clock.now() - quietForMs;
  const open = found.flatMap(openIn).filter(({ lastTimestamp }) => lastTimestamp <= quietSince);
  const judged = [...(await judge(open, cluster, left))];
  const unasked = found.flatMap(({ topic, partition, error }) => (error ? [{ topic, partition, error }] : []));
  const unjudged = judged.flatMap(([{ topic, partition }, judgement]) =>
    judgement.kind === "unknown" ? [{ topic, partition, error: judgement.error }] : [],
  );
  const hanging = judged.flatMap(([each, judgement]) => {
    if (judgement.kind !== "hanging") return [];
    const { kind: _, ...known } = judgement;
    return [withJson({ ...each, ...known })];
  });
  return {
    transactions: hanging.toSorted(byNameAndNumber),
    failed: [...unread, ...unasked, ...unjudged].toSorted(byNameAndNumber),
  };
}

/** The partitions to look at; Kafka's own topics count, since committed offsets may be held up too. */
async function selected(
  selection: Selection,
  cluster: Cluster,
  wait: OperationOptions,
): Promise<Selected<NamedPartition>> {
  if (!isEmptySelection(selection)) return select(selection, cluster, wait);
  const topics = await listTopics({ includeInternal: true }).run(cluster, wait);
  return {
    partitions: topics.flatMap(({ topic, partitions }) => partitions.map(({ partition }) => ({ topic, partition }))),
    failed: topics.flatMap(({ topic, error }) => (error === undefined ? [] : [{ topic, partition: -1, error }])),
  };
}
