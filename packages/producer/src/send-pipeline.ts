import type { Cluster } from "@moldau/connection-pool";
import type { KafkaError } from "@moldau/protocol-codec";
import type { EventEmitter } from "eventemitter3";
import { Accumulator } from "./batch/accumulator.js";
import { Admission } from "./accept/admission.js";
import { BufferMemory } from "./accept/buffer-memory.js";
import type { CallPart } from "./accept/call-part.js";
import { Delivery } from "./send/delivery.js";
import { announce, type ProducerEvents } from "./events.js";
import { IdentitySource } from "./send/identity.js";
import type { ResolvedProducerOptions } from "./options.js";
import { Sender } from "./send/sender.js";
import type { TopicQueues } from "./batch/topic-queues.js";

/** As much of a cluster as a producer uses. */
export type ProducerCluster = Pick<
  Cluster,
  | "brokerHints"
  | "cachedTopic"
  | "clock"
  | "connection"
  | "leaderHint"
  | "off"
  | "on"
  | "options"
  | "random"
  | "refreshTopics"
  | "release"
  | "request"
  | "topic"
>;

/** What the pipeline is built with. */
export interface SendPipelineOptions {
  readonly cluster: ProducerCluster;
  /** The producer: owner of connections, and whose listeners are told. */
  readonly producer: EventEmitter<ProducerEvents>;
  readonly options: Omit<ResolvedProducerOptions<unknown, unknown>, "partitioner" | "serialize">;
}

/**
 * The way of a message from the call to its outcome: admission, accumulator, sender, delivery.
 *
 * ```
 *   CallPart ─▶ Admission ─▶ Accumulator ─▶ PartitionQueue ◀── Sender ── BrokerSender ─▶ connection
 *                  ▲ memory      │ batches        ▲ outcomes                                │
 *                  └─────────────┴────────── Delivery ◀─────────── answers, failures ───────┘
 * ```
 */
export class SendPipeline {
  readonly #accumulator: Accumulator;
  readonly #admission: Admission;
  readonly #delivery: Delivery;
  readonly #identities: IdentitySource;
  readonly #sender: Sender;

  constructor({ cluster, producer, options }: SendPipelineOptions) {
    const { clock, random } = cluster;
    const { retry } = cluster.options;
    const memory = new BufferMemory(options.bufferMemory, () => this.#admission.resume());
    this.#delivery = new Delivery({
      cluster,
      clock,
      memory,
      emitter: producer,
      wake: (queue) => this.#sender.wake(queue),
    });
    this.#identities = new IdentitySource({
      cluster,
      clock,
      random,
      retry,
      isWanted: () => this.#delivery.queues.size > 0,
      acquired: () => this.#sender.wakeAll(),
      refused: (error) => this.#delivery.giveUpAll(error, ({ lane }) => lane.isIdempotent),
    });
    this.#sender = new Sender({
      ...options,
      cluster,
      clock,
      random,
      retry,
      owner: producer,
      delivery: this.#delivery,
      identities: this.#identities,
    });
    this.#accumulator = new Accumulator({
      ...options,
      memory,
      retry,
      clock,
      random,
      opened: (batch, queue) => {
        this.#delivery.watch(batch, queue);
        if (batch.lane.isIdempotent) this.#identities.acquire();
      },
      ready: this.#sender.wake,
    });
    this.#admission = new Admission({
      ...options,
      accumulator: this.#accumulator,
      clock,
      blocked: () => announce(producer, "blocked", (emitter) => emitter.emit("blocked")),
    });
  }

  /** What is kept of a topic. */
  topic(name: string): TopicQueues {
    return this.#accumulator.topic(name);
  }

  /** Lets messages in that have their partitions. */
  admit(part: CallPart): void {
    this.#admission.admit(part);
  }

  /** Lets every batch go that waits for company. */
  flush(): void {
    this.#accumulator.flush();
  }

  /** Lets no batch wait for company, now and until the function that it returns is called. */
  hurry(): () => void {
    return this.#accumulator.hurry();
  }

  /** Gives up whatever has no outcome yet, and stops the clockwork. */
  close(error: KafkaError): void {
    this.#admission.close(error);
    this.#delivery.giveUpAll(error);
    this.#accumulator.close();
    this.#identities.close();
    this.#sender.close();
    this.#delivery.close();
  }
}
