import { Backoff, type Clock, type Cluster, type RetryPolicy, type Timer } from "@moldau/connection-pool";
import type { KafkaError } from "@moldau/protocol-codec";
import { BrokerSender, type BrokerSenderOptions } from "./broker-sender.js";
import type { Delivery } from "./delivery.js";
import type { IdentitySource } from "./identity.js";
import type { DrainTurn, PartitionQueue } from "../batch/partition-queue.js";

/** What the sender needs. */
export interface SenderOptions extends Pick<
  BrokerSenderOptions,
  "owner" | "maxInFlight" | "maxRequestSize" | "requestTimeoutMs"
> {
  readonly cluster: Pick<
    Cluster,
    "brokerHints" | "cachedTopic" | "clock" | "connection" | "off" | "on" | "refreshTopics"
  >;
  readonly clock: Clock;
  readonly random: () => number;
  readonly retry: RetryPolicy;
  readonly delivery: Delivery;
  readonly identities: IdentitySource;
}

/** Brings every queue to the broker that leads its partition, and looks for a leader where there is none. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #brokers = new Map<number, BrokerSender>();
  readonly #leaderless = new Set<PartitionQueue>();
  readonly #backoff: Backoff;
  #search: Timer | undefined;
  #isSearching = false;
  #isClosed = false;

  constructor(options: SenderOptions) {
    this.#options = options;
    this.#backoff = new Backoff(options.retry, options.random);
    options.cluster.on("metadata", this.#metadataChanged);
  }

  /** A queue may have something to send. */
  readonly wake = (queue: PartitionQueue): void => {
    if (this.#isClosed || queue.length === 0) return;
    const leader = this.#leaderOf(queue);
    if (leader >= 0) this.#broker(leader).wake(queue);
    else {
      this.#leaderless.add(queue);
      this.#searchLeaders();
    }
  };

  /** Every queue may have something to send: the producer's identity is there. */
  wakeAll(): void {
    for (const queue of this.#options.delivery.queues) this.wake(queue);
  }

  /** Sends nothing any more. */
  close(): void {
    this.#isClosed = true;
    this.#options.cluster.off("metadata", this.#metadataChanged);
    this.#search?.cancel();
    this.#leaderless.clear();
    for (const broker of this.#brokers.values()) broker.close();
  }

  #broker(node: number): BrokerSender {
    const known = this.#brokers.get(node);
    if (known !== undefined) return known;
    const { cluster, owner, delivery, maxInFlight, maxRequestSize, requestTimeoutMs } = this.#options;
    const created = new BrokerSender({
      node,
      cluster,
      owner,
      delivery,
      maxInFlight,
      maxRequestSize,
      requestTimeoutMs,
      turn: this.#turn,
      leads: (broker, queue) => this.#leaderOf(queue) === broker,
      reroute: this.#reroute,
      unreachable: this.#unreachable,
    });
    this.#brokers.set(node, created);
    return created;
  }

  readonly #turn = (node: number): DrainTurn => {
    const { clock, identities } = this.#options;
    return { node, now: clock.monotonic(), identity: identities.identity };
  };

  #leaderOf({ topic, partition }: PartitionQueue): number {
    return this.#options.cluster.cachedTopic(topic)?.partitions[partition]?.leader ?? -1;
  }

  readonly #reroute = (queue: PartitionQueue): void => {
    // The new identity, when it is there, wakes everybody.
    if (queue.exhaustedId !== undefined) this.#options.identities.acquire(queue.exhaustedId);
    else this.wake(queue);
  };

  readonly #metadataChanged = (): void => {
    const moved = [...this.#leaderless].filter((queue) => this.#leaderOf(queue) >= 0);
    for (const queue of moved) this.#leaderless.delete(queue);
    for (const [node, broker] of this.#brokers) {
      moved.push(...[...broker.ready].filter((queue) => this.#leaderOf(queue) !== node));
    }
    for (const queue of moved) this.wake(queue);
  };

  /** What cannot be connected to may not lead any more; a refusal that no repetition would change fails what it concerns. */
  readonly #unreachable = (node: number, error: KafkaError): void => {
    const queues = [...(this.#brokers.get(node)?.ready ?? [])];
    const { delivery } = this.#options;
    for (const queue of queues) {
      for (const batch of queue.batches()) {
        if (error.retriable) batch.lastError = error;
        else if (!batch.isOnWire) delivery.giveUp({ batch, queue }, error);
      }
    }
    const waiting = queues.filter(({ length }) => length > 0);
    if (waiting.length === 0) return;
    this.#refresh(waiting, () => {
      for (const queue of waiting) this.wake(queue);
    });
  };

  #searchLeaders(): void {
    if (this.#isSearching) return;
    this.#isSearching = true;
    this.#refresh([...this.#leaderless], () => {
      for (const queue of this.#leaderless) if (queue.length === 0) this.#leaderless.delete(queue);
      if (this.#leaderless.size === 0 || this.#isClosed) {
        this.#isSearching = false;
        this.#backoff.reset();
        return;
      }
      this.#search = this.#options.clock.timer(this.#backoff.next(), () => {
        this.#isSearching = false;
        this.#searchLeaders();
      });
    });
  }

  /** Reads the topics of queues anew, and then goes on. A failure is published by the cluster; the batches wait on, until their deadline. */
  #refresh(queues: readonly PartitionQueue[], then: () => void): void {
    const topics = new Set(queues.map(({ topic }) => topic));
    this.#options.cluster.refreshTopics(topics).then(then, then);
  }
}
