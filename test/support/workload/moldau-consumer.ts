import { KafkaError, type Consumer, type Kafka, type MessageBatch, type Transaction } from "moldau";
import type { At, Key } from "../history/operation.js";
import type { Polled, WorkloadConsumer } from "./clients.js";
import { keyOf, partitionOf } from "./keys.js";
import { transforming } from "./transformers.js";

/** A consumer of ours, polled batch by batch. */
export class MoldauConsumer implements WorkloadConsumer {
  readonly #kafka: Kafka;
  readonly #consumer: Consumer;
  readonly #batches: AsyncIterator<MessageBatch, undefined>;
  readonly #rebalanced = new Set<Key>();
  #batch: MessageBatch | undefined;
  #isGiven = false;
  #closing: Promise<void> | undefined;

  constructor(kafka: Kafka, groupId: string, keys: readonly Key[]) {
    const topics = [...new Set(keys.map((key) => partitionOf(key).topic))];
    const settings = { autoCommit: groupId !== transforming, autoCommitIntervalMs: 500, sessionTimeoutMs: 10_000 };
    this.#kafka = kafka;
    this.#consumer = kafka.consumer({ groupId, topics, startFrom: "earliest", ...settings });
    this.#batches = this.#consumer.batches({ maxMessages: 4 });
    // Whoever polls is told, too.
    this.#consumer.on("failed", () => undefined);
    for (const event of ["assigned", "revoked", "lost"] as const) {
      this.#consumer.on(event, ({ partitions }) => {
        for (const partition of partitions) this.#rebalanced.add(keyOf(partition));
      });
    }
  }

  async poll(): Promise<Polled | undefined> {
    const batch = await this.#next();
    this.#batch = batch;
    this.#isGiven = false;
    if (batch === undefined) return undefined;
    const messages = [...batch].map(({ offset, value }): At => [Number(offset), Number(value)]);
    return { key: keyOf(batch), messages };
  }

  async #next(): Promise<MessageBatch | undefined> {
    try {
      return (await this.#batches.next()).value;
    } catch (error) {
      // It was closed, and waited in vain for the work on the batch before.
      if (error instanceof KafkaError && error.code === "CLIENT_BODY_UNFINISHED") return undefined;
      throw error;
    }
  }

  /** Gives the offsets behind what was polled last into a transaction. */
  async giveOffsets(transaction: Transaction): Promise<void> {
    if (this.#batch === undefined) return;
    const sent = transaction.sendOffsets({ consumer: this.#consumer, offsets: this.#batch });
    this.#isGiven = true;
    await sent;
  }

  /** A transaction that has the offsets takes reading back by itself when it is aborted; here none has. */
  goBack(): void {
    if (this.#batch === undefined || this.#isGiven) return;
    const { topic, partition, firstOffset } = this.#batch;
    const isMine = this.#consumer.assignment().some((each) => each.topic === topic && each.partition === partition);
    if (isMine && !this.#consumer.isClosed) this.#consumer.seek({ topic, partition, offset: firstOffset });
  }

  takeRebalanced(): readonly Key[] {
    const keys = [...this.#rebalanced];
    this.#rebalanced.clear();
    return keys;
  }

  close(): Promise<void> {
    // That the last commit did not reach anybody only means that others read the same again.
    this.#closing ??= this.#kafka.close({ timeoutMs: 5_000 }).catch(() => undefined);
    return this.#closing;
  }
}
