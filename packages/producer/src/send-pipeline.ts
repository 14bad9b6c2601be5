import { asKafkaError, because } from "@moldau/connection-pool";
import { KafkaError } from "@moldau/protocol-codec";
import type { ProducerAnnouncer } from "./events.js";
import type { CallPart } from "./accept/call-part.js";
import { MemoryLine } from "./accept/memory-line.js";
import { Accumulator, type BatchTaker } from "./batch/accumulator.js";
import type { Batch } from "./batch/batch.js";
import { BatchMemory } from "./batch/batch-memory.js";
import { BufferMemory } from "./batch/buffer-memory.js";
import { Encoder } from "./batch/encoder.js";
import type { Numbering } from "./batch/epoch-source.js";
import { openGate, type PartitionGate } from "./batch/partition-gate.js";
import type { PartitionQueue } from "./batch/partition-queue.js";
import type { TopicQueues } from "./batch/topic-queues.js";
import { TopicsInUse } from "./batch/topics-in-use.js";
import type { ResolvedProducerOptions } from "./options.js";
import type { ProducerCluster, ProducerLease } from "./producer-cluster.js";
import type { Backflow } from "./send/backflow.js";
import { Delivery } from "./send/delivery.js";
import { LeaderRouter } from "./send/leader-router.js";
import { OwnEpochs } from "./send/own-epochs.js";

/** What the pipeline is built with. */
export interface SendPipelineOptions {
  readonly cluster: ProducerCluster;
  readonly lease: ProducerLease;
  readonly announcer: ProducerAnnouncer;
  readonly options: Omit<ResolvedProducerOptions<unknown, unknown>, "partitioner" | "serialize">;
  /** What transactions add to it; undefined for a producer without. */
  readonly transactions: TransactionalParts | undefined;
}

/** What a producer with transactions does otherwise: its coordinator gives the identities, and holds batches until it knows their partition. */
export interface TransactionalParts {
  readonly epochs: Numbering;
  readonly gate: PartitionGate;
  /** A batch was given up. */
  gaveUp(batch: Batch, error: KafkaError): void;
}

/**
 * The way of a message from the call to its outcome. Calls go along the arrows; what comes back comes by {@link Backflow}, which is this
 * class, and by `PieceOwner`, which is the call.
 *
 * ```
 *   MemoryLine ──▶ Accumulator ──▶ LeaderRouter ──▶ BrokerSender ──▶ connection
 *                     │    │              │ gives up    │      │ answers
 *                     │    └──▶ Encoder ◀─┼─────────────┘      │
 *                     ▼           │       ▼                    │
 *               PartitionQueue ◀──┴─── Delivery ◀──────────────┘
 *                     │ changes
 *                     ▼
 *                   Batch ──▶ the calls' promises
 * ```
 */
export class SendPipeline implements Backflow, BatchTaker {
  readonly #memory: BufferMemory;
  readonly #topics: TopicsInUse;
  readonly #line: MemoryLine;
  readonly #accumulator: Accumulator;
  readonly #delivery: Delivery;
  readonly #epochs: Numbering;
  readonly #transactions: TransactionalParts | undefined;
  readonly #router: LeaderRouter;

  constructor({ cluster, lease, announcer, options, transactions }: SendPipelineOptions) {
    const { clock } = cluster;
    const { retry, random } = cluster.options;
    this.#memory = new BufferMemory(options.bufferMemory, () => this.memoryFreed());
    this.#transactions = transactions;
    this.#epochs = transactions?.epochs ?? new OwnEpochs({ cluster, backflow: this });
    const gate = transactions?.gate ?? openGate;
    this.#delivery = new Delivery({ cluster, clock, announcer, backflow: this });
    const encoder = new Encoder({ clock, outcomes: this });
    const [delivery, epochs] = [this.#delivery, this.#epochs];
    this.#router = new LeaderRouter({
      ...options,
      cluster,
      clock,
      lease,
      delivery,
      encoder,
      epochs,
      gate,
      backflow: this,
    });
    const memory = new BatchMemory(this.#memory);
    this.#topics = new TopicsInUse({ stickyBytes: options.batchSize, random, retry, memory, epochs, gate });
    this.#accumulator = new Accumulator({ ...options, memory: this.#memory, encoder, taker: this, clock });
    const blocked = (): void => announcer.tell("blocked", (client) => client);
    this.#line = new MemoryLine({ ...options, accumulator: this.#accumulator, clock, blocked });
  }

  /** Bytes of batches that have no outcome yet, against their limit. */
  get memory(): BufferMemory {
    return this.#memory;
  }

  /** What is kept of a topic, which is in use at `now`, in monotonic milliseconds. */
  topic(name: string, now: number): TopicQueues {
    return this.#topics.topic(name, now);
  }

  /** Takes messages that have their partitions. */
  enter(part: CallPart): void {
    this.#line.enter(part);
  }

  /** Lets every batch go that waits for company. */
  flush(): void {
    this.#accumulator.flush();
  }

  /** Lets no batch wait for company, now and until the function that it returns is called. */
  hurry(): () => void {
    return this.#accumulator.hurry();
  }

  /** Gives up whatever has no outcome yet, and stops the clockwork. `reason` makes the error, of what went wrong last. */
  close(reason: (cause: KafkaError | undefined) => KafkaError): void {
    this.#line.close(reason(undefined));
    this.#delivery.giveUpAll(({ lastError }) => reason(lastError));
    this.#accumulator.close();
    this.#epochs.close();
    this.#router.close();
    this.#delivery.close();
  }

  /** How many batches brokers have acknowledged so far. */
  get acknowledged(): number {
    return this.#delivery.acknowledged;
  }

  /**
   * Gives up what is in no request, and what comes back to be sent again, until {@link resume}; resolves when no request with a batch is
   * under way.
   */
  drop(error: KafkaError): Promise<void> {
    this.#line.close(error);
    this.#delivery.drop(error);
    return this.#delivery.landed();
  }

  /** Batches are sent again where that helps. */
  resume(): void {
    this.#delivery.resume();
  }

  /** Notes why batches that were never sent have to wait. */
  blame(error: KafkaError): void {
    this.#delivery.blameAll(error, ({ stamp }) => stamp === undefined);
  }

  // BatchTaker

  begun(batch: Batch, queue: PartitionQueue): void {
    this.#delivery.watch(batch, queue);
    if (batch.lane.isIdempotent) this.#epochs.acquire();
  }

  ready(queue: PartitionQueue): void {
    this.#router.wake(queue);
  }

  // Backflow

  sendable(queue: PartitionQueue): void {
    this.#router.wake(queue);
  }

  unencodable(batch: Batch, queue: PartitionQueue, error: unknown): void {
    this.#delivery.giveUp({ batch, queue }, asKafkaError(error, "CLIENT_ENCODE_FAILED"));
  }

  memoryFreed(): void {
    this.#line.resume();
  }

  unreachable(node: number, error: KafkaError): void {
    this.#router.unreachable(node, error);
  }

  identified(): void {
    this.#router.wakeAll();
  }

  unidentified(error: KafkaError): void {
    this.#delivery.giveUpAll(
      () => error,
      ({ lane }) => lane.isIdempotent,
    );
  }

  identityDelayed(error: KafkaError): void {
    const message = because("No producer id could be had", error);
    const told = new KafkaError(error.code, message, { cause: error, retriable: true });
    this.#delivery.blameAll(told, ({ lane, stamp }) => lane.isIdempotent && stamp === undefined);
  }

  gaveUp(batch: Batch, error: KafkaError): void {
    this.#transactions?.gaveUp(batch, error);
  }

  hasWork(): boolean {
    return this.#delivery.hasWork;
  }
}
